"""The control messages: what is taken, and what hostile JSON comes to."""

from __future__ import annotations

import json
import random

import msgspec
import pytest

from rooms import messages
from rooms.errors import ClayroomError, Malformed, NotFound, TooLarge

CLIENT = "00000000000000ab"
JOIN = {
    "event": "join_proj",
    "ref": 1,
    "project": "p" * 22,
    "token": "t",
    "since": 5,
    "client": CLIENT,
    "mine": [[CLIENT, 7]],
}
GOOD = [
    JOIN,
    {**JOIN, "since": None, "client": None, "mine": []},
    {"event": "adopt", "ref": 2, "client": CLIENT},
    {"event": "leave", "ref": 3},
    {"event": "meta_change", "ref": 4, "changes": {}},
    {
        "event": "meta_change",
        "ref": 4,
        "changes": {
            "name": "Büste 🗿",
            "description": "",
            "owner": "Ben",
            "collaborators": [{"name": "Eve", "role": "viewer"}],
        },
    },
    {"event": "reference_change", "ref": 4, "reference": "r" * 22, "place": None},
    {
        "event": "reference_change",
        "ref": 4,
        "reference": "r" * 22,
        "place": {"name": "face.png", "pin": "side", "x": -16.0, "y": 0.5, "depth": 0.0, "scale": 2.0, "opacity": 1.0},
    },
    {"event": "save", "ref": 2**53, "message": "the nose"},
    {"event": "save", "ref": 5},
    {"event": "ping", "ref": 6},
]


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message["event"])
def test_good_messages(message):
    """Every message of the protocol is taken as its own type, with its fields, also as bytes."""
    request = messages.decode(json.dumps(message))
    assert request == messages.decode(json.dumps(message).encode())
    back = msgspec.to_builtins(request)
    assert back.items() >= message.items() if message["event"] != "join_proj" else True
    assert (back["event"], back["ref"]) == (message["event"], message["ref"])


def test_a_change_that_is_not_there_stays_unset():
    """An attribute that is not named is not changed to anything."""
    request = messages.decode('{"event":"meta_change","ref":1,"changes":{"name":"x"}}')
    assert isinstance(request, messages.MetaChange)
    assert request.changes.name == "x" and request.changes.owner is msgspec.UNSET


HOSTILE = {
    "nothing": "",
    "a word": "join",
    "a list": "[]",
    "null": "null",
    "a number": "1",
    "no event": '{"ref":1}',
    "event null": '{"event":null,"ref":1}',
    "event a list": '{"event":["save"],"ref":1}',
    "unknown event": '{"event":"dance","ref":1}',
    "event of the server": '{"event":"reply","ref":1}',
    "no ref": '{"event":"ping"}',
    "ref zero": '{"event":"ping","ref":0}',
    "ref negative": '{"event":"ping","ref":-1}',
    "ref true": '{"event":"ping","ref":true}',
    "ref text": '{"event":"ping","ref":"1"}',
    "ref real": '{"event":"ping","ref":1.5}',
    "ref NaN": '{"event":"ping","ref":NaN}',
    "ref Infinity": '{"event":"ping","ref":Infinity}',
    "ref 1e400": '{"event":"ping","ref":1e400}',
    "ref 2^53+1": f'{{"event":"ping","ref":{2**53 + 1}}}',
    "ref 2^63": f'{{"event":"ping","ref":{2**63}}}',
    "ref of 5000 digits": f'{{"event":"ping","ref":{"9" * 5000}}}',
    "unknown field": '{"event":"ping","ref":1,"x":1}',
    "$ field": '{"event":"ping","ref":1,"$where":"1"}',
    "$ in changes": '{"event":"meta_change","ref":1,"changes":{"$set":{"owner":"Eve"}}}',
    "dotted in changes": '{"event":"meta_change","ref":1,"changes":{"owner.name":"Eve"}}',
    "operator as a value": '{"event":"meta_change","ref":1,"changes":{"owner":{"$ne":null}}}',
    "operator as a client": '{"event":"adopt","ref":1,"client":{"$gt":""}}',
    "operator in a list": '{"event":"meta_change","ref":1,"changes":{"collaborators":[{"name":{"$ne":1},"role":"editor"}]}}',
    "changes null": '{"event":"meta_change","ref":1,"changes":null}',
    "name null": '{"event":"meta_change","ref":1,"changes":{"name":null}}',
    "name empty": '{"event":"meta_change","ref":1,"changes":{"name":""}}',
    "an owner's role": '{"event":"meta_change","ref":1,"changes":{"collaborators":[{"name":"Eve","role":"owner"}]}}',
    "a role with a line end": '{"event":"meta_change","ref":1,"changes":{"collaborators":[{"name":"Eve","role":"editor\\n"}]}}',
    "a client in capitals": '{"event":"adopt","ref":1,"client":"00000000000000AB"}',
    "a short client": '{"event":"adopt","ref":1,"client":"ab"}',
    "a client with a line end": f'{{"event":"adopt","ref":1,"client":"{CLIENT}\\n"}}',
    "since -1": json.dumps({**JOIN, "since": -1}),
    "since 2^63": json.dumps({**JOIN, "since": 2**63}),
    "mine too large": json.dumps({**JOIN, "mine": [[CLIENT, 2**32]]}),
    "mine of three": json.dumps({**JOIN, "mine": [[CLIENT, 1, 2]]}),
    "mine too long": json.dumps({**JOIN, "mine": [[CLIENT, 1]] * (messages.MAX_MINE + 1)}),
    "mine an object": json.dumps({**JOIN, "mine": {}}),
    "a lone surrogate as an escape": '{"event":"save","ref":1,"message":"\\ud800"}',
    "a lone surrogate": '{"event":"save","ref":1,"message":"\ud800"}',
    "half a pair, twice": '{"event":"save","ref":1,"message":"\\udc00\\ud800"}',
    "a raw control character": '{"event":"save","ref":1,"message":"a\x01"}',
    "trailing": '{"event":"ping","ref":1}{}',
    "a comma": '{"event":"ping","ref":1,}',
    "a byte order mark": '\ufeff{"event":"ping","ref":1}',
    "deep lists": "[" * 60_000,
    "deep objects": '{"a":' * 12_000,
    "deep in a field": '{"event":"save","ref":1,"message":' + "[" * 50_000,
    "deep in an unknown field": '{"event":"save","ref":1,"x":' + "[" * 20_000 + "]" * 20_000 + "}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_messages(text):
    """Each is refused with a sentence, and with nothing but an error of ours."""
    with pytest.raises(Malformed, match="is not understood: ."):
        messages.decode(text)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b'{"event":"save","ref":1,"message":"\xed\xa0\x80"}', b'{"event":"ping","ref":1}\x00']
)
def test_bytes_that_are_no_text(data):
    """Invalid UTF-8 is refused like any other nonsense."""
    with pytest.raises(Malformed):
        messages.decode(data)


@pytest.mark.parametrize(
    ("limit", "make"),
    [
        (messages.MAX_NAME, lambda n: {"event": "meta_change", "ref": 1, "changes": {"name": "x" * n}}),
        (messages.MAX_DESCRIPTION, lambda n: {"event": "meta_change", "ref": 1, "changes": {"description": "x" * n}}),
        (messages.MAX_SAVE_MESSAGE, lambda n: {"event": "save", "ref": 1, "message": "x" * n}),
        (
            messages.MAX_COLLABORATORS,
            lambda n: {
                "event": "meta_change",
                "ref": 1,
                "changes": {"collaborators": [{"name": "E", "role": "editor"}] * n},
            },
        ),
        (messages.MAX_MINE, lambda n: {**JOIN, "mine": [[CLIENT, 1]] * n}),
    ],
)
def test_limits_to_the_last(limit, make):
    """The limit itself is taken, one more is refused with the limit in the sentence."""
    messages.decode(json.dumps(make(limit)))
    with pytest.raises(Malformed, match=str(limit)):
        messages.decode(json.dumps(make(limit + 1)))


def test_a_message_over_the_limit():
    """It is refused unread, with both numbers."""
    with pytest.raises(TooLarge, match=f"{messages.MAX_CONTROL + 1} bytes, at most {messages.MAX_CONTROL}"):
        messages.decode("x" * (messages.MAX_CONTROL + 1))


def test_the_longest_change_fits():
    """A meta_change with every field at its limit is below the limit of a message, in characters of 4 bytes too."""
    people = [{"name": "🗿" * 16, "role": "viewer"}] * messages.MAX_COLLABORATORS
    text = json.dumps(
        {
            "event": "meta_change",
            "ref": 2**53,
            "changes": {
                "name": "🗿" * messages.MAX_NAME,
                "description": "🗿" * messages.MAX_DESCRIPTION,
                "owner": "🗿" * 64,
                "collaborators": people,
            },
        },
        ensure_ascii=False,
    )
    assert len(text.encode()) <= messages.MAX_CONTROL
    messages.decode(text)


def test_mutated_messages():
    """5,000 random changes of good messages: taken, or refused with an error of ours."""
    chance = random.Random(7)
    refused = 0
    for _ in range(5000):
        data = bytearray(json.dumps(chance.choice(GOOD)).encode())
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    del data[at : at + chance.randrange(1, 9)]
                case 2:
                    data[at:at] = chance.choice(
                        (b'"', b"{", b"}", b"null", b"1e999", b"-", b"\\u0000", b'"$gt":1,', b"[[", b"\xf0")
                    )
                case 3:
                    data[at:at] = data[: chance.randrange(20)]
            if not data:
                break
        try:
            messages.decode(bytes(data))
        except ClayroomError:
            refused += 1
    assert 3000 < refused < 5000


def test_what_leaves():
    """A reply carries its reference, an error its code and sentence, news their name."""
    assert json.loads(messages.reply(3, at="now")) == {"event": "reply", "ref": 3, "at": "now"}
    told = {"event": "error", "ref": None, "code": "not_found", "message": "no such project"}
    assert json.loads(messages.error(None, NotFound("no such project"))) == told
    assert json.loads(messages.event("save", name="Ann", client=None)) == {
        "event": "save",
        "name": "Ann",
        "client": None,
    }
