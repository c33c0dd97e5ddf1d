"""Headings that sort: a link, and what a screen reader is told of the order."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studio.review_query import ReviewQuery

register = template.Library()


@register.simple_tag
def sort_mark(query: ReviewQuery, name: str) -> str | SafeString:
    if query.sort != name or not query.order:
        return ""
    return format_html(' aria-sort="{}"', query.order)


@register.simple_tag(takes_context=True)
def sort_link(
    context: template.Context, query: ReviewQuery, name: str, title: str
) -> str | SafeString:
    url = context["request"].path + query.sorted_by(name).to_url()
    return format_html('<a href="{}">{}</a>', url, title)
