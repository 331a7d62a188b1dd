"""The versions of what an engine runs, for the report."""

from importlib import metadata


def versions(*packages):
    return ", ".join(f"{name} {_version(name)}" for name in packages)


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "of this checkout"
