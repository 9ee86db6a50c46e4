"""What a result depends on besides the bytes."""


def ending(title: str) -> str:
    """Return a file name's ending, lower-case, with its dot; "" where there is none worth the name.

    >>> ending("Notes.MD"), ending("README"), ending("v1.2 of the plan")
    ('.md', '', '')
    """
    stem, dot, last = title.rpartition(".")
    return f".{last.casefold()}" if dot and stem and last.isalnum() and len(last) <= 8 else ""


def recipe_for(title: str, *ingredients: str) -> str:
    """Return the recipe by which a file of this name is learned.

    The ending is part of it, because it settles what the bytes leave open; the rest of the name never is.

    Args:
        title: The file's name.
        ingredients: The recipes of extractor, chunker and knowledge base.

    >>> recipe_for("a.md", "text/1", "chunks/1", "minilm/1")
    'text/1 + chunks/1 + minilm/1 + .md'
    """
    return " + ".join((*ingredients, ending(title))).rstrip(" +")
