"""Reference images in the room: who may hang them where, who hears of it, and what is kept."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from rooms import messages
from rooms.errors import Forbidden, Invalid, Malformed
from rooms.keeper import Keeper
from rooms.presence import Member
from rooms.records import MAX_REFERENCES, Role, User
from tests.fakes import ANN, BEN, EVE, FakePort, FakeStore, RecordingOutbox, join_request, member, project_of, run

PLACE = {"name": "face.png", "pin": "front", "x": 0.5, "y": -1.0, "depth": -2.0, "scale": 3.0, "opacity": 0.5}


def picture(number: int) -> str:
    return f"{number:022d}"


def change(number: int, **place: Any) -> messages.ReferenceChange:
    return messages.ReferenceChange(
        ref=9, reference=picture(number), place=messages.ReferencePlace(**{**PLACE, **place})
    )


def removal(number: int) -> messages.ReferenceChange:
    return messages.ReferenceChange(ref=9, reference=picture(number), place=None)


class World:
    """A room with an owner (1), an editor (2) and a viewer (3) in it, and pictures 0 … 19 in the store."""

    def __init__(self) -> None:
        self.store = FakeStore(project_of(ANN, BEN, EVE))
        self.store.pictures = {picture(number): (400, 300) for number in range(20)}
        self.ports = [FakePort() for _ in range(3)]

    async def open(self) -> None:
        self.keeper = await Keeper.open(
            self.store,
            await self.store.load_project("p"),
            owner="tests",
            outbox=RecordingOutbox(),
            lost=lambda keeper, project: None,
            clock=asyncio.get_running_loop().time,
        )
        people = [(ANN, Role.OWNER), (BEN, Role.EDITOR), (EVE, Role.VIEWER)]
        self.ann, self.ben, self.eve = [self.join(i, *one) for i, one in enumerate(people)]

    def join(self, index: int, user: User, role: Role) -> Member:
        one = member(index + 1, user, role)
        assert self.keeper.join(one, self.ports[index], join_request(self.keeper.room.seq, index + 1)) is None
        return one

    def heard(self, index: int) -> list[Any]:
        return [(news["name"], news["place"]) for news in self.ports[index].texts("reference_change")]

    def kept(self) -> list[str]:
        return [one.reference for one in self.store.project.references]


def in_world(test: Any) -> None:
    async def whole() -> None:
        world = World()
        await world.open()
        await test(world)
        await world.keeper.close()

    run(whole())


def test_everyone_hears_where_a_picture_hangs_and_it_is_kept():
    """Its author, too, who learns the order of the room from it; the reply comes when it is in the database."""

    async def test(world: World) -> None:
        await world.keeper.change_reference(world.ben, change(1))
        place = {"reference": picture(1), "width": 400, "height": 300, **PLACE}
        assert world.heard(0) == world.heard(1) == world.heard(2) == [("Ben", place)]
        assert world.kept() == [picture(1)]
        assert world.ports[1].texts("reply")[-1]["ref"] == 9
        assert world.keeper.room.describe()["references"] == [place]

    in_world(test)


def test_the_last_one_in_the_rooms_order_wins():
    """Two move one picture: everyone hears both in one order, and the later is what stays."""

    async def test(world: World) -> None:
        await world.keeper.change_reference(world.ann, change(1))
        moves = [(world.ann, change(1, x=1.0)), (world.ben, change(1, x=2.0))]
        await asyncio.gather(*(world.keeper.change_reference(who, what) for who, what in moves))
        orders = [[place["x"] for _, place in world.heard(index)] for index in range(3)]
        assert orders[0] == orders[1] == orders[2]
        assert [one.x for one in world.store.project.references] == orders[0][-1:]

    in_world(test)


def test_a_removed_picture_is_gone_for_good():
    """From the list, from the store, and for whoever moves it a moment later."""

    async def test(world: World) -> None:
        for number in (1, 2):
            await world.keeper.change_reference(world.ann, change(number))
        await world.keeper.change_reference(world.ben, removal(1))
        assert world.heard(2)[-1] == ("Ben", None)
        assert world.kept() == [picture(2)]
        assert picture(1) not in world.store.pictures
        with pytest.raises(Invalid, match="not here any more"):
            await world.keeper.change_reference(world.ann, change(1, x=2.0))
        with pytest.raises(Invalid, match="not here any more"):
            await world.keeper.change_reference(world.ann, removal(1))
        assert world.kept() == [picture(2)]

    in_world(test)


def test_a_picture_is_deleted_only_when_its_place_is_forgotten():
    """While the database is away the picture stays: what hangs somewhere must not point at nothing."""

    async def test(world: World) -> None:
        await world.keeper.change_reference(world.ann, change(1))
        world.store.down = {"save_meta"}
        await world.keeper.change_reference(world.ann, removal(1))
        assert world.kept() == [picture(1)] and picture(1) in world.store.pictures
        world.store.down.clear()

    in_world(test)


def test_viewers_change_nothing():
    """Nor is anybody told."""

    async def test(world: World) -> None:
        await world.keeper.change_reference(world.ann, change(1))
        for request in (change(1, x=9.0), change(2), removal(1)):
            with pytest.raises(Forbidden):
                await world.keeper.change_reference(world.eve, request)
        assert len(world.heard(0)) == 1 and world.kept() == [picture(1)]

    in_world(test)


def test_pictures_that_are_not_there_and_one_too_many():
    """Only stored pictures of this project are hung up, and no more than its limit."""

    async def test(world: World) -> None:
        with pytest.raises(Invalid, match="not here"):
            await world.keeper.change_reference(world.ann, change(77))
        for number in range(MAX_REFERENCES):
            await world.keeper.change_reference(world.ann, change(number))
        with pytest.raises(Invalid, match=f"has {MAX_REFERENCES} reference images, at most {MAX_REFERENCES}"):
            await world.keeper.change_reference(world.ann, change(MAX_REFERENCES))
        await world.keeper.change_reference(world.ann, change(0, x=3.0))  # moving one is not one more
        assert len(world.kept()) == MAX_REFERENCES

    in_world(test)


def test_a_name_that_poses_as_another_is_refused():
    """Characters that reorder text are no name."""

    async def test(world: World) -> None:
        with pytest.raises(Invalid, match="202E"):
            await world.keeper.change_reference(world.ann, change(1, name="face\u202egnp.exe"))
        await world.keeper.change_reference(world.ann, change(1, name=" face "))
        assert world.store.project.references[0].name == "face"

    in_world(test)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pin": "back"},
        {"x": 17},
        {"x": "1"},
        {"scale": 0},
        {"opacity": 1.1},
        {"depth": 1e400},
        {"name": "x" * 81},
        {"y": None},
    ],
    ids=str,
)
def test_places_that_are_none_close_the_socket(wrong: dict[str, Any]):
    """A number out of its range, an unknown plane, a name too long."""
    message = {"event": "reference_change", "ref": 1, "reference": picture(1), "place": {**PLACE, **wrong}}
    with pytest.raises(Malformed):
        messages.decode(json.dumps(message))


def test_a_place_survives_the_wire():
    """What the room tells is what a client may send back, beside the picture's own size."""
    request = messages.decode(
        json.dumps({"event": "reference_change", "ref": 1, "reference": picture(1), "place": PLACE})
    )
    assert isinstance(request, messages.ReferenceChange)
    assert msgspec.to_builtins(request.place) == PLACE
