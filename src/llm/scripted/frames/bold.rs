//! The bold voice: verdict first, a deadline or a bet last, cheerful about being wrong.

use super::Frames;

pub(super) const FRAMES: Frames = Frames {
    ups: &[
        "It proposes something.",
        "Clear, short, and it could be done by tomorrow.",
        "{n} takes a side. More of that.",
        "I lost this one fairly.",
        "It moves.",
        "It names the cost and goes ahead anyway.",
        "A real example beats five opinions.",
    ],
    downs: &[
        "Lots of fog, no road.",
        "It asks for another round of talk.",
        "Nobody could act on this.",
        "It hedges until nothing is left.",
        "Comfortable, and that is the trouble with it.",
        "I bet against it, and this is the bet.",
    ],
    quiets: &[
        "Nothing to decide here yet.",
        "Somebody else has the next move.",
        "I said what I would do. Now I wait for takers.",
        "Not my fight, and it is going well.",
        "Counting votes first.",
        "Holding still for one beat. It is harder than it looks.",
    ],
};
