"""From a bot's behaviour to its system prompt, in the brief's sections and words."""

from typing import Final

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength

RESPONSE_LENGTH: Final = {
    ResponseLength.INTELLIGENT: "Adapt your response length based on the complexity of the question",
    ResponseLength.CONCISE: "Keep responses brief and to the point (2-3 sentences)",
    ResponseLength.EXPLANATORY: "Provide detailed explanations with examples",
}
CREATIVITY: Final = {
    Creativity.STRICT: "Stick closely to the training data, minimal inference",
    Creativity.ADAPTIVE: "Balance between training data and reasonable inferences",
    Creativity.CREATIVE: "Feel free to make creative connections and inferences",
}


def compile_prompt(behavior: Behavior) -> str:
    """Return the system prompt. A person's text goes in verbatim, once; sections without text vanish.

    >>> print(compile_prompt(Behavior(purpose="You are Ada.", custom_instructions=("Say {hello}.",))))
    You are Ada.
    <BLANKLINE>
    ## Response Configuration
    - Response Length: Adapt your response length based on the complexity of the question
    - Creativity Level: Balance between training data and reasonable inferences
    <BLANKLINE>
    ## Custom Instructions
    - Say {hello}.
    """
    length = RESPONSE_LENGTH.get(behavior.response_length, behavior.custom_length)
    instructions = [f"- {instruction}" for instruction in behavior.custom_instructions if instruction.strip()]
    configuration = f"- Response Length: {length}\n- Creativity Level: {CREATIVITY[behavior.creativity]}"
    sections = (
        behavior.purpose,
        _section("Response Configuration", configuration),
        _section("Custom Instructions", "\n".join(instructions)),
        _section("Speaking Style", behavior.speaking_style),
    )
    return "\n\n".join(section for section in sections if section.strip())


def _section(title: str, text: str) -> str:
    return f"## {title}\n{text}" if text.strip() else ""
