"""`manage.py up`: the embedded server, the web, the workers and the reconciler as one service."""
