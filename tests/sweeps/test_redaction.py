"""No secret is told, whatever the shape of the address it stands in, and whichever way it came."""

import itertools
import json
from pathlib import Path
from urllib.parse import quote

import pytest

import sweeps as package
from sweeps import cli
from sweeps.base import passwords, redaction, storage_address
from sweeps.base.consent import from_user
from sweeps.base.errors import UserError, show
from sweeps.storage import backends
from sweeps.study.file import documents, overrides, parsing
from tests.sweeps.helpers import TEXT, study, sweeps

SECRETS = ("hunter2", "hun@ter2", "hun/ter2", "hun:ter2", "hun?ter2", "hun#ter2", "h&unter2")
SCHEMES = (
    "postgresql://",
    "postgresql+psycopg://",
    "postgresql:",
    "postgresql:/",
    "postgresql:///",
)
SCHEMES += (
    "//",
    "",
    "nonsense+x://",
    "s3://",
    "tcp://",
    "dask=tcp://",
    "sqlite://",
    "POSTGRESQL://",
)
NAMES = ("password", "passwd", "pwd", "sslpassword", "Password", "%70assword", "%2570assword")
NAMES += ("auth_token", "aws_secret_access_key", "sslkey", "api-key", "credentials", "pass", "pw")
AROUND = ("{}", "'{}'", " {} ", '"{}"', "[{}]", "<{}>", "{}\n")


def credentials() -> list[tuple[str, str]]:
    """(address, secret): user:secret@host after all that may stand there for a scheme."""
    pairs = itertools.product(SCHEMES, SECRETS, ("me", "", "m.e"))
    made = [(f"{scheme}{user}:{secret}@host:5432/db", secret) for scheme, secret, user in pairs]
    made += [(quote(address, safe=""), secret) for address, secret in made if "hunter2" in address]
    made += [(f"postgresql://me:{quote(s, safe='')}@host/db", quote(s, safe="")) for s in SECRETS]
    made += [("postgresql://me:hunter2", "hunter2"), ("postgresql://me/hunter2@host", "hunter2")]
    return made


def parameters() -> list[tuple[str, str]]:
    """The same of ?name=secret, and of its misspellings."""
    secrets = [secret for secret in SECRETS if "&" not in secret]
    made = [
        (f"postgresql://host/db{mark}{name}{sign}{secret}&x=1", secret)
        for mark, name, sign, secret in itertools.product("?&;", NAMES, ("=", "%3D"), secrets)
    ]
    made += [(f"{name}={secret}", secret) for name in NAMES for secret in secrets]
    made += [(f"host=h {name}='{secret}' user=me", secret) for name in NAMES for secret in secrets]
    made += [(f"postgresql://host/db?{name}:hunter2", "hunter2") for name in NAMES]
    return made


CASES = [
    (shape.format(address), secret)
    for address, secret in [*credentials(), *parameters()]
    for shape in AROUND
]
# One of a kind each, for the ways in that take their time.
FEW = [
    *(f"{scheme}me:hunter2@host/db" for scheme in SCHEMES),
    *(f"postgresql+psycopg://host/db?{name}=hunter2" for name in NAMES),
    *("postgresql://me:hun ter2@host", "postgresql%3A%2F%2Fme%3Ahunter2%40host"),
    *("postgresql://me:hunter2", "password=hunter2", "host=h password='hunter2'"),
]


def is_told(text: str, secret: str) -> bool:
    """Whether it, or what is telling of it, stands there."""
    return any(part in text for part in (secret, "hunter2", "ter2"))


def test_no_shape_of_an_address_tells_its_secret() -> None:
    assert len(CASES) > 5000
    for address, secret in CASES:
        for said in (redaction.redact(address), redaction.redact_address(address), show(address)):
            assert not is_told(said, secret), (address, said)
            assert not is_told(redaction.redact(said), secret)


@pytest.mark.parametrize("address", FEW)
def test_no_message_about_a_storage_tells_its_secret(address: str) -> None:
    """Said of one that is no address, lacks a driver, or leads nowhere."""
    with pytest.raises(UserError) as caught:
        backends.remote(from_user("storage", address.replace("host/", "127.0.0.1:1/")))
    said = str(storage_address.unusable(address, ValueError(f"no {address}")))
    assert not is_told(f"{caught.value} {said}", "hunter2")
    for text in (address, f"({address!r}) is 'hunter2'", "invalid literal: 'hunter2@host'"):
        assert not is_told(storage_address.without_secrets(text, address), "hunter2")


SHAPES = {
    "text": lambda address: address,
    "list": lambda address: [address],
    "words": lambda address: ["postgresql", "me", "hunter2", "host"],
    "mapping": lambda address: {"url": address, "password": "hunter2"},
    "nested": lambda address: {"a": [{"url": address}], "b": {"me": "hunter2"}},
    "key": lambda address: {address: None},
    "parts": lambda address: {"postgresql://me": "hunter2@host"},
}


@pytest.mark.parametrize("key", [*passwords.KEYS, "engine.address", "engine.name", "engine.x"])
@pytest.mark.parametrize("shape", SHAPES)
def test_no_fault_of_a_study_tells_a_secret(key: str, shape: str) -> None:
    """In the place of any address of the file, or given over it."""
    for address in FEW:
        value = SHAPES[shape](address)
        with pytest.raises(UserError) as caught:
            gone_through(key, value)
        assert not is_told(str(caught.value), "hunter2"), (value, str(caught.value))


def gone_through(key: str, value: object) -> None:
    """A study with that value: a fault at the latest where something below it is set."""
    document = documents.parse(TEXT, "study.yaml")
    overrides.override(document, [(key, value)])
    parsing.study(document)
    overrides.override(document, [(f"{key}.more.more.more", 1)])


BLANKS = (
    "{}={}",
    " {}={}",
    "{} ={}",
    "{}= {}",
    "\t{}={}",
    "'{}'={}",
    "{}.url={}",
    '{}="{}"',
    "{}=[{}]",
)


@pytest.mark.parametrize("address", FEW)
def test_a_secret_on_the_command_line_is_refused(address: str) -> None:
    texts = [blank.format("storage", address) for blank in BLANKS]
    texts += ["storage.password=hunter2", r'storage="postgresql://me\x3ahunter2\x40host"']
    given = [["--storage", address], [f"--storage={address}"], ["--from", address]]
    given += [["--set", text] for text in texts] + [[f"--set={text}"] for text in texts]
    given += [["--set", f"engine.address={address}"], ["--set", f"artifacts={address}"]]
    for arguments in given:
        with pytest.raises(UserError, match="an address without a password") as caught:
            passwords.refuse_passwords(["run", "study.yaml", *arguments])
        assert not is_told(str(caught.value), "hunter2"), arguments


@pytest.mark.parametrize(
    "text",
    [
        *(
            "fixed.num_tokens=256",
            "fixed.key_size=8",
            "space.tokens=[1, 2]",
            "data.target=api_token",
        ),
        *("storage=sqlite:////data/x:y/a@b.db", "storage=postgresql://me:${PGPASSWORD}@host/db"),
        "engine.address=tcp://head:8786",
    ],
)
def test_what_is_no_secret_is_not_refused(text: str) -> None:
    passwords.refuse_passwords(["run", "study.yaml", "--set", text])


def test_what_a_reference_stands_for_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it stands in the address."""
    monkeypatch.setenv("PART", "hunter2/a")
    said = storage_address.without_secrets(
        "could not translate hunter2/a.example or hunter2%2Fa", "postgresql://me@${PART}.example/db"
    )
    assert said == "could not translate ${PART}.example or ${PART}"


def test_what_a_library_says_on_stderr_is_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warnings, log lines and tracebacks: the stream itself is the last door."""

    def say(**_: object) -> None:
        print("Traceback: postgresql://me:hunter2@host", file=cli.sys.stderr, flush=True)

    monkeypatch.setattr(cli, "app", say)
    with (tmp_path / "plain").open("w") as plain:
        monkeypatch.setattr(cli.sys, "stderr", plain)
        with pytest.raises(SystemExit):
            cli.main()
    assert (tmp_path / "plain").read_text() == "Traceback: postgresql://me:***@host\n"


def test_no_file_of_a_run_and_no_line_of_it_tells_a_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From Python, where a password may be given; and of commands that are given one."""
    path, out = study(tmp_path, TEXT.replace("trials: 24", "trials: 3")), tmp_path / "runs"
    url = f"sqlite:///{tmp_path}/x.db?timeout=5"
    package.run(path, out=out, jobs=1, storage=url, confirm=False)
    known = json.loads((out / "small" / "provenance.json").read_text())
    assert known["storage"] == url
    for address in FEW[1:3]:
        with pytest.raises(UserError) as caught:
            package.run(path, out=out, jobs=1, storage=address, confirm=False)
        assert not is_told(str(caught.value), "hunter2")
    ends = [
        sweeps("show", address, cwd=tmp_path, code=2, module="sweeps") for address in FEW[:1]
    ] + [sweeps("new", "x", "--data", FEW[0], cwd=tmp_path, code=2, module="sweeps")]
    ends += [sweeps(str(path), "--jobs", FEW[0], cwd=tmp_path, code=2)]
    said = capsys.readouterr()
    for text in (said.out, said.err, *(end.stdout + end.stderr for end in ends)):
        assert not is_told(text, "hunter2")
    for file in (f for f in out.rglob("*") if f.is_file()):
        assert b"ter2" not in file.read_bytes(), file


def test_a_set_of_openml_is_no_address() -> None:
    for text in ("openml:titanic@1", "--set data.source=openml:titanic@1", "'openml:titanic@1'"):
        assert redaction.redact_address(text) == redaction.redact(text) == text
    for text in ("openml:hunter2@host", "me.openml:hunter2@1.2.3.4", "xopenml:hunter2@1"):
        assert "hunter2" not in redaction.redact_address(text)
