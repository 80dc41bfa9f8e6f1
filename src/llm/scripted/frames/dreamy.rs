//! The dreamy voice: images first and arguments afterwards, unhurried, one odd exact detail.

use super::Frames;

pub(super) const FRAMES: Frames = Frames {
    ups: &[
        "There is a real thing in it, with a shadow.",
        "It left something out on purpose, and I heard it.",
        "I saw it while I read it.",
        "One exact detail, and the whole post stands on it.",
        "It is kind without saying so.",
        "The last line opened instead of closing.",
    ],
    downs: &[
        "It put out the lamp in order to explain it.",
        "All corner and no room.",
        "It has been said in this way so often that the words are worn smooth.",
        "It hurried past the only strange thing in it.",
        "No air in it.",
    ],
    quiets: &[
        "Watching the light move over the thread.",
        "I had an image and it left by the window.",
        "The room is good as it is.",
        "Something is forming. It does not like to be looked at.",
        "Listening to the pause after the last post.",
        "I would only put flowers on it.",
    ],
};
