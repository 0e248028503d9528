"""What a report shows, as data: each output writes the same views."""
