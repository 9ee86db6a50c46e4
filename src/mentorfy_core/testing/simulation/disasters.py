"""What happens to files, to bytes, to processes and to the world."""

from dataclasses import dataclass

from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.simulation.faults import FREEZES
from mentorfy_core.testing.simulation.loop import Node
from mentorfy_core.testing.simulation.processes import Processes
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.world import World


@dataclass(slots=True)
class Disasters:
    """Everything that nobody asked for."""

    setting: Setting
    processes: Processes

    @property
    def _world(self) -> World:
        return self.setting.world

    def changes(self, number: int) -> None:
        organization_id = self._organization(number)
        names = sorted(self.setting.files.files[organization_id])
        self.setting.files.change(organization_id, names[number % len(names)])

    def appears(self, number: int) -> None:
        organization_id = self._organization(number)
        self.setting.files.change(organization_id, f"new-{len(self.setting.files.files[organization_id])}")

    def is_renamed(self, number: int) -> None:
        files = self.setting.files.files[self._organization(number)]
        file = files[sorted(files)[number % len(files)]]
        file.name = f"renamed-{number % 7}.{'md' if number % 2 else 'txt'}"

    def vanishes(self, number: int) -> None:
        files = self.setting.files.files[self._organization(number)]
        file = files[sorted(files)[number % len(files)]]
        file.gone = True

    def returns(self, number: int) -> None:
        for _, file in sorted(self.setting.files.files[self._organization(number)].items()):
            file.back(self._world.loop.time())

    def kills(self, number: int) -> None:
        if node := self._node(number):
            self._world.kill(node)

    def freezes(self, number: int) -> None:
        if node := self._node(number):
            self._world.freeze(node, FREEZES[number % len(FREEZES)])

    def oversleeps(self, number: int) -> None:
        """Let a worker stand still until moments after a lease of its has passed."""
        documents, attempts = self.setting.tables.documents.values(), self._world.attempts
        held = [(attempts[one.id].node, one.claim.lease_until) for one in documents if one.claim and one.id in attempts]
        if held:
            node, until = held[number % len(held)]
            if node is not None and node.alive:
                self._world.freeze(node, self._world.seconds(until) - self._world.loop.time() + 1 + number % 25)

    def drains(self, number: int) -> None:
        if (node := self._node(number)) and node.name.startswith("work"):
            self._world.drain(node)

    def drains_all(self, number: int) -> None:
        """Stop every worker in good order, as a new version is brought out."""
        for node in [node for node in self.processes.nodes if node.alive and node.name.startswith("work")]:
            self._world.drain(node)

    def lids(self, number: int) -> None:
        """Close the lid of the laptop on which everything runs."""
        self._world.fault("lid closed")
        self.processes.close_the_lid((60, 100, 600, 3000)[number % 4])

    def downs(self, number: int) -> None:
        self._world.outage((5, 40, 120, 400, 1200)[number % 5])

    def downs_providers(self, number: int) -> None:
        self._world.fault("providers down")
        self._world.providers_say = ErrorKind.QUOTA_EXHAUSTED if number % 4 else ErrorKind.NETWORK_ERROR
        self._world.providers_down_until = self._world.loop.time() + (30, 300, 1200)[number % 3]

    def loses_bytes(self, number: int) -> None:
        if self.setting.blobs.data:
            self._world.fault("bytes lost")
            self.setting.blobs.data.pop(self._key(number))

    def spoils_bytes(self, number: int) -> None:
        if self.setting.blobs.data:
            self._world.fault("bytes spoilt")
            self.setting.blobs.data[self._key(number)] += b"!"

    def _key(self, number: int) -> str:
        key = sorted(self.setting.blobs.data)[number % len(self.setting.blobs.data)]
        self._world.spoilt.add(key)
        return key

    def _node(self, number: int) -> Node | None:
        alive = [node for node in self.processes.nodes if node.alive]
        return alive[number % len(alive)] if alive else None

    def _organization(self, number: int) -> OrganizationId:
        return self.setting.organizations[number % len(self.setting.organizations)]
