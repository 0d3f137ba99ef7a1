"""Reads the YAML files of a folder, before anybody knows what they say."""

from collections.abc import Sequence
from pathlib import Path

from app.config.text import read_text
from app.kernel import yaml
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.yaml import Document


def read_documents(folder: Path) -> list[Document]:
    """The YAML files of a folder, without its cards. Raises ConfigErrors."""
    if not folder.is_dir():
        raise ConfigErrors([ConfigError("there is no such folder", file=str(folder), hint="set SHIPBELL_RULES_DIR")])
    files = sorted(folder.glob("*.yaml"))
    if not files:  # a mount that went wrong must not look like a rule book that sends nothing
        raise ConfigErrors([ConfigError("the folder holds no *.yaml file", file=str(folder))])
    return read_files(files, folder)


def read_files(paths: Sequence[Path], folder: Path) -> list[Document]:
    """These files of a folder, without those that hold nothing but comments. Raises ConfigErrors."""
    documents, problems = [], []
    for path in paths:
        name = str(path.relative_to(folder.parent)) if folder.parent != folder else str(path)
        try:
            text = read_text(path, name)
            if not text.strip():  # more often a file that is being written than one that is meant
                raise ConfigErrors([ConfigError("is empty", file=name, hint="delete it, or write a comment into it")])
            document = yaml.load(text, name)
        except ConfigErrors as error:
            problems += error.problems
        else:
            if document.value is not None:
                documents.append(document)
    if problems:
        raise ConfigErrors(problems)
    return documents
