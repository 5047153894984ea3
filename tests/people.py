"""How the people of tests sign in, for whoever knows no Django."""

DOMAIN = "example.com"
PASSWORD = "correct horse battery staple"
