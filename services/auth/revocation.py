"""Which client certificates were revoked, by lists of their issuers that are read again when their file changes."""

import logging
import re
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography import x509

from streams.clock import Clock, utc_now

_LIST = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)
_log = logging.getLogger(__name__)


class ListsUnusable(Exception):
    """The file holds no list, or something that is no list of one of the authorities."""


class RevocationLists:
    """The lists (CRL) in a PEM file, each signed by one of the authorities in another.

    Failure is denial: a certificate is refused where its issuer has no list, where that is out of date, and while the
    file cannot be used.
    """

    def __init__(self, file: Path, authorities: Path, clock: Clock = utc_now) -> None:
        self._file = file
        self._authorities = authorities
        self._clock = clock
        self._lock = Lock()
        self._lists: list[x509.CertificateRevocationList] = []
        self._read_from: Any = ()

    def refuses(self, certificate: bytes) -> bool:
        """Whether a certificate (DER) is revoked, or no list shows that it is not."""
        shown, now = x509.load_der_x509_certificate(certificate), self._clock()
        of_issuer = [each for each in self._current() if each.issuer == shown.issuer]
        in_date = [each for each in of_issuer if each.next_update_utc is None or each.next_update_utc > now]
        number = shown.serial_number
        return not in_date or any(each.get_revoked_certificate_by_serial_number(number) for each in of_issuer)

    def _current(self) -> list[x509.CertificateRevocationList]:
        """The lists as they are in the file; none while it cannot be used, which is logged once."""
        with self._lock:
            found = _version_of(self._file)
            if found != self._read_from:
                self._read_from = found
                try:
                    self._lists = self.read()
                except (OSError, ListsUnusable):
                    self._lists = []
                    _log.error("the file of CONTACTPOINT_TLS_CLIENT_CRL cannot be used: no certificate is believed")
            return self._lists

    def read(self) -> list[x509.CertificateRevocationList]:
        """The lists in the file; raises ListsUnusable, OSError."""
        try:
            issuers = x509.load_pem_x509_certificates(self._authorities.read_bytes())
            lists = [x509.load_pem_x509_crl(text) for text in _LIST.findall(self._file.read_bytes())]
        except ValueError:
            raise ListsUnusable from None
        if not lists or not all(_is_of(each, issuers) for each in lists):
            raise ListsUnusable
        return lists


def _is_of(found: x509.CertificateRevocationList, issuers: list[x509.Certificate]) -> bool:
    keys: list[Any] = [each.public_key() for each in issuers if each.subject == found.issuer]
    return any(found.is_signature_valid(key) for key in keys)


def _version_of(file: Path) -> tuple[int, int, int] | None:
    """What differs once a file was replaced or written to; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
