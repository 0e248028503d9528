"""The kind `judge`: a bot that judges an answer."""
