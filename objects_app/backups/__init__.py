"""Backups: the database first, then the blobs that its copy names, into one folder and back."""
