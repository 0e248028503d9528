"""Files written whole or not at all, and folders by URL."""
