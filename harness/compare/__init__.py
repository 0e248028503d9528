"""What changed between two sides of trials, and whether it is luck."""
