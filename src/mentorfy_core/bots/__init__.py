"""How a bot behaves, and what that means for prompt and search."""
