"""Both signers carry the same claims, and each tells a genuine token from one that somebody touched."""

import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.security.claims import Claims, judge
from domain.security.signing import CheapSigner
from domain.shared.refusals import Refused
from sim.adapters.eddsa import SignerMissing, eddsa_signer
from tests.domain.security.parts import CLAIMS, KEY, S

SIGNERS = {"cheap": CheapSigner, "eddsa": eddsa_signer}
both = pytest.mark.parametrize("make", SIGNERS.values(), ids=SIGNERS)
whole = st.integers(0, 2**53)
claims_of = st.builds(
    Claims, st.text(), st.text(), st.text(), whole, st.text(), whole, whole, whole, st.text(),
    st.lists(st.text(), max_size=3).map(tuple), whole, whole, whole,
)  # fmt: skip


@both
@given(claims=claims_of)
@settings(max_examples=60)
def test_what_was_signed_is_read_again(make, claims) -> None:
    signer = make(KEY)
    assert signer.read(signer.sign(claims)) == claims


@both
def test_the_same_key_and_claims_give_the_same_token_and_another_key_another(make) -> None:
    assert make(KEY).sign(CLAIMS) == make(KEY).sign(CLAIMS)
    assert make(KEY[::-1]).sign(CLAIMS) != make(KEY).sign(CLAIMS)
    assert make(KEY[::-1]).read(make(KEY).sign(CLAIMS)) == Refused("bad-signature")


@both
@pytest.mark.parametrize("field", Claims.__struct_fields__)
def test_no_claim_can_be_changed(make, field) -> None:
    """The signature of one token under the claims of another."""
    signer = make(KEY)
    value = getattr(CLAIMS, field)
    changed = value + 1 if isinstance(value, int) else (*value, "more") if isinstance(value, tuple) else value + "x"
    genuine, wanted = signer.sign(CLAIMS), signer.sign(msgspec.structs.replace(CLAIMS, **{field: changed}))
    assert genuine != wanted
    if make is CheapSigner:
        forged = genuine[:16] + wanted[16:]
    else:
        forged = b".".join([*wanted.split(b".")[:2], genuine.split(b".")[2]])
    assert signer.read(forged) == Refused("bad-signature")


@both
@given(junk=st.binary(max_size=80))
def test_junk_is_refused_and_never_raises(make, junk) -> None:
    refusal = make(KEY).read(junk)
    assert isinstance(refusal, Refused)
    assert refusal.reason in ("bad-signature", "malformed-token")


def test_an_unsigned_web_token_is_refused() -> None:
    import jwt

    said = {name: getattr(CLAIMS, name) for name in Claims.__struct_fields__}
    for forged in (jwt.encode(said, None, algorithm="none"), jwt.encode(said, "k" * 32, algorithm="HS256")):
        refusal = eddsa_signer(KEY).read(forged.encode())
        assert isinstance(refusal, Refused)


def test_a_web_token_has_the_registered_claims() -> None:
    import jwt

    said = jwt.decode(eddsa_signer(KEY).sign(CLAIMS), options={"verify_signature": False})
    assert said["sub"] == "tenant:web:pipeline:3:job:build"
    assert (said["iss"], said["aud"], said["iat"], said["exp"], said["jti"]) == ("windtunnel", "secrets", 10, 70, 1)


@pytest.mark.parametrize(
    ("issuer", "audience", "now", "reason"),
    [
        ("windtunnel", "secrets", 10 * S, None),
        ("windtunnel", "secrets", 70 * S - 1, None),
        ("windtunnel", "secrets", 70 * S, "expired"),
        ("windtunnel", "secrets", 10 * S - 1, "not-yet-valid"),
        ("windtunnel", "registry", 20 * S, "wrong-audience"),
        ("somebody", "secrets", 20 * S, "wrong-issuer"),
    ],
)
def test_genuine_claims_are_judged_by_issuer_audience_and_time(issuer, audience, now, reason) -> None:
    verdict = judge(CLAIMS, issuer, audience, now)
    assert (verdict.reason if verdict else None) == reason


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        CheapSigner(bytes(8))


def test_without_pyjwt_the_message_says_what_to_do(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(SignerMissing, match=r"windtunnel\[jwt\].*signer: cheap"):
        eddsa_signer(KEY)
