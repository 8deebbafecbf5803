"""What Obsidian can show of claims: a base, a snippet, a template and a map; put into a vault on request, and taken out again."""
