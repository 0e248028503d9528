"""Tests of folders by URL."""
