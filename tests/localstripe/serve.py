"""localstripe, an imitation of Stripe that others have written, on loopback only.

    serve.py PORT

It does not know all parameters; these it is not told: they say how a client is shown what he pays, or where he comes back to,
or narrow a list.
"""

import sys

from aiohttp import web
from localstripe import resources, server

UNKNOWN = ("automatic_payment_methods", "description", "return_url", "created")


def without_unknown(method):
    """The same class method, with fewer parameters."""
    told = method.__func__

    def forgetful(cls, *places, **names):
        return told(cls, *places, **{name: value for name, value in names.items() if name not in UNKNOWN})

    return classmethod(forgetful)


for name in ("_api_create", "_api_list_all"):
    setattr(resources.PaymentIntent, name, without_unknown(getattr(resources.PaymentIntent, name)))

# its books are for this run only
type(resources.store).dump_to_disk = lambda _: None

web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
