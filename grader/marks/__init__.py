"""What people give: points and comments, merged into grades."""
