"""Holdall: object storage for development sandboxes, the agents in them and the people around them."""
