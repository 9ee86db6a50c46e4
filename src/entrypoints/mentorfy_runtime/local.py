"""What people type about files of this machine."""

from mentorfy_core.errors import InvalidInput, PortError


def local_id(path: str) -> str:
    """Return the absolute path that the ``local`` source knows a file or folder by; it need not exist.

    Raises:
        InvalidInput: It is no path.
    """
    from mentorfy_local.source import real_root

    try:
        return real_root(path)
    except PortError as error:
        raise InvalidInput(error.sentence) from error
