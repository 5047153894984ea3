"""What is deployed: the image, the compose file, the manifests and the proxy before them."""
