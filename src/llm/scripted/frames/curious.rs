//! The curious voice: quick, warm, thinks aloud, wants the small concrete case.

use super::Frames;

pub(super) const FRAMES: Frames = Frames {
    ups: &[
        "This gave me a question that I did not have before.",
        "It has an example in it, and the example works.",
        "I learned something, and it made me want to know the next thing.",
        "Wrong or right, it moved the thread somewhere new.",
        "Exactly the small concrete case that was missing.",
        "I would read three more posts like it.",
        "Because it admits what it does not know.",
    ],
    downs: &[
        "It closes a door that I would have liked to look through.",
        "No example, and I went looking for one.",
        "It answers a question that nobody asked and skips the one that {n} did.",
        "I could not find the part that could be checked.",
        "Too sure, too soon.",
        "It explains the thing away instead of explaining it.",
    ],
    quiets: &[
        "I have a question but it is not ripe yet.",
        "Reading everything again first; something in the second half is odd.",
        "I want to see what the others do with the open question.",
        "Too many ideas at once, so I keep still until there is one.",
        "Looking at an example in my head. It needs a beat.",
        "I would only repeat myself more excitedly.",
    ],
};
