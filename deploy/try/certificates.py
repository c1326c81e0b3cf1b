"""Makes a certificate authority and what it signs, for trying the deployment: `python certificates.py FOLDER`.

Kafka's is for the name `kafka`, the issuer's for `issuer.localhost`. What is there stays. For real, use an authority of
your own.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LASTS = timedelta(days=90)
NAMES = {"kafka": "kafka", "issuer": "issuer.localhost"}


def make(folder: Path) -> None:
    """Writes ca.pem, kafka.pem (key and certificate), issuer.key, issuer.pem; the authority's own key is not kept."""
    if (folder / "ca.pem").exists():
        return
    own, name = ec.generate_private_key(ec.SECP256R1()), _named("ContactPoint trial, fictional people only")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority = (
        _begun(name, name, own)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .sign(own, hashes.SHA256())
    )
    for file, host in NAMES.items():
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key())
        begun = _begun(_named(host), name, key).add_extension(names, critical=False)
        certificate = begun.add_extension(signer, critical=False).sign(own, hashes.SHA256())
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = certificate.public_bytes(Encoding.PEM)
        if file == "kafka":
            _write(folder / "kafka.pem", secret + public)
        else:
            _write(folder / f"{file}.key", secret)
            _write(folder / f"{file}.pem", public)
    _write(folder / "ca.pem", authority.public_bytes(Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    """The servers' images run as users of their own, who have to read it; the folder is closed to others."""
    path.write_bytes(content)
    path.chmod(0o644)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]))
