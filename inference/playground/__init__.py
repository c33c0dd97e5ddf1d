"""One example, predicted while somebody looks on: the form, the reasons, what would be if."""
