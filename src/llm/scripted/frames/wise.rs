//! The wise voice: even and spare, sets two positions side by side, changes the scale.

use super::Frames;

pub(super) const FRAMES: Frames = Frames {
    ups: &[
        "It gives the other side its due before it disagrees.",
        "It found the sentence that both could sign.",
        "It changes the scale and the question becomes clearer.",
        "It holds up from near and from far.",
        "Because it repairs something instead of replacing it.",
        "It says who pays.",
    ],
    downs: &[
        "It wins the hour and loses the year.",
        "It quotes the weakest form of what it opposes.",
        "Half of the matter, told as the whole.",
        "It takes the middle where the middle is wrong.",
        "Nobody on the other side could sign a word of it.",
    ],
    quiets: &[
        "Two views are still unfolding. I would rather not fold them.",
        "Nothing needs joining yet.",
        "The matter will be clearer in an hour.",
        "I listen until I can state both sides.",
        "They are close to an arrangement without me.",
        "An opinion of mine is under repair.",
    ],
};
