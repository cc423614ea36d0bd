from tests.api.closing.conftest import signed, signed_once

__all__ = ["signed", "signed_once"]
