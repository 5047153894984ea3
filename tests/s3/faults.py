"""What can befall a call on its way: each fault gets the call and a function that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.s3.calls import Answer, Call
from tests.sigv4 import Refused

CarryOut = Callable[[], Answer]
Fault = Callable[[Call, CarryOut], Answer]
ANY = "*"


class Cut(Exception):
    """The connection ends without an answer."""


@dataclass
class Plan:
    """A fault for one call of an operation, counted from now, or for every one (0). `met` are the calls it befell."""

    operation: str
    fault: Fault
    call: int
    seen: int = 0
    met: list[Call] = field(default_factory=list)

    def is_for(self, call: Call) -> bool:
        if self.operation not in (ANY, call.operation):
            return False
        self.seen += 1
        return self.call in (0, self.seen)


def fail(status: int, code: str) -> Fault:
    """Refused before anything is done. A copy can also fail with a status of 200, and the code in the body."""

    def refuse(call: Call, carry_out: CarryOut) -> Answer:
        return Answer.refusing(Refused(status, code, "as a test has planned"))

    return refuse


def fail_late(status: int, code: str) -> Fault:
    """It is done, and said to have failed."""

    def do_and_refuse(call: Call, carry_out: CarryOut) -> Answer:
        carry_out()
        return Answer.refusing(Refused(status, code, "as a test has planned"))

    return do_and_refuse


def cut() -> Fault:
    """Nothing is done, nothing is answered."""

    def hang_up(call: Call, carry_out: CarryOut) -> Answer:
        raise Cut

    return hang_up


def lose_answer() -> Fault:
    """It is done, and nobody is told."""

    def do_and_hang_up(call: Call, carry_out: CarryOut) -> Answer:
        carry_out()
        raise Cut

    return do_and_hang_up


def halve_answer() -> Fault:
    """The body breaks off in the middle."""

    def halve(call: Call, carry_out: CarryOut) -> Answer:
        answer = carry_out()
        answer.is_half = True
        return answer

    return halve


def delay(seconds: float) -> Fault:
    """It is done later."""

    def wait(call: Call, carry_out: CarryOut) -> Answer:
        call.over.wait(seconds)
        return carry_out()

    return wait


def repeat() -> Fault:
    """It is done twice, as when something on the way sends it again."""

    def do_twice(call: Call, carry_out: CarryOut) -> Answer:
        carry_out()
        return carry_out()

    return do_twice


def before(action: Callable[[Call], object]) -> Fault:
    """The test acts first."""

    def act_and_do(call: Call, carry_out: CarryOut) -> Answer:
        action(call)
        return carry_out()

    return act_and_do


def after(action: Callable[[Call], object]) -> Fault:
    """The test acts when it is done, before the answer."""

    def do_and_act(call: Call, carry_out: CarryOut) -> Answer:
        answer = carry_out()
        action(call)
        return answer

    return do_and_act
