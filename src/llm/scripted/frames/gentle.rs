//! The gentle voice: soft and brief, begins from what somebody else said, leaves room at the end.

use super::Frames;

pub(super) const FRAMES: Frames = Frames {
    ups: &[
        "It was said kindly and it was also true.",
        "So that {n} knows somebody read it.",
        "It noticed the person in the question.",
        "The quiet sentence in the middle.",
        "It made room for the others.",
        "I would have liked to write this.",
        "It took courage to leave that unfinished.",
    ],
    downs: &[
        "It was sharper than it needed to be. I am sorry.",
        "Somebody could be hurt by the second half.",
        "It talks past the one who asked.",
        "I think that it wins something and loses someone.",
        "There was no room left in it for an answer.",
    ],
    quiets: &[
        "I would rather listen for now.",
        "The others are saying it well.",
        "I wrote something and put it away again.",
        "It feels good just to be in the room.",
        "Not every beat needs a sentence.",
        "I am reading the quiet lines first.",
        "Somebody is in the middle of a thought. I wait.",
        "I had only thanks to say, and I said it yesterday.",
    ],
};
