"""The words of the pages in Chinese: the catalogue ``api/locale/zh.po``, read by Babel when the first page is drawn."""

from __future__ import annotations

import io
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from graph.text import Lang


@lru_cache(maxsize=2)
def translations(lang: Lang) -> NullTranslations:
    """What turns the English words of the templates into a language; English stays as it is."""
    if lang == "en":
        return NullTranslations()
    with files("api").joinpath("locale", "zh.po").open("rb") as source:
        catalogue = read_po(source, locale="zh")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
