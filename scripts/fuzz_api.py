"""What Schemathesis is told beside the API document, so that more than refusals is met (loaded by scripts/fuzz-api)."""

import itertools

import schemathesis
from hypothesis import strategies as st

# Lists that the document describes by a pattern only.
WORDS = {
    "Country": ["DE", "ES", "FR", "JP", "US"],
    "Currency": ["EUR", "JPY", "TND", "USD"],
    "Locale": ["de", "en-US", "es-ES", "fr-FR"],
    "TimeZone": ["America/New_York", "Asia/Kolkata", "Europe/Paris", "UTC"],
}
for name, words in WORDS.items():
    schemathesis.openapi.format(name, st.sampled_from(words))

counter = itertools.count()


@schemathesis.hook
def before_load_schema(_context, document):
    for name in WORDS:
        document["components"]["schemas"][name]["format"] = name


@schemathesis.hook
def before_call(_context, case, _options):
    """Short keys come up again and again, and a second request under one is refused."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) < 200:
        case.headers["Idempotency-Key"] = f"{key}{next(counter)}"
