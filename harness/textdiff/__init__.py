"""What differs between two texts, in pieces that a reader knows: words, numbers, graphemes."""
