"""What the network learned: pictures of it on rows that it was not trained on."""
