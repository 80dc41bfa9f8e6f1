//! The precise voice: short declarative sentences, objections before agreement, numbers on beliefs.

use super::Frames;

pub(super) const FRAMES: Frames = Frames {
    ups: &[
        "It states what would prove it wrong.",
        "The argument has no missing step. I checked.",
        "It changed my estimate, which is what a post is for.",
        "An objection aimed at the claim and not at {n}.",
        "A concrete case in place of an adjective.",
        "I disagree, and it is still the best-made point in the thread.",
        "It concedes the right thing.",
    ],
    downs: &[
        "A conclusion without a premise.",
        "One word does two jobs in it.",
        "It cannot be false, so it says nothing.",
        "The example is the only one that fits.",
        "It repeats the claim louder.",
        "The step from the case to the rule is missing.",
        "A good sentence in the place where evidence should be.",
    ],
    quiets: &[
        "Nothing here has changed my estimate since last time.",
        "I have an objection and it is not good enough yet.",
        "The thread needs a fact, and I do not have it.",
        "I would be restating. That is worth less than silence.",
        "Waiting for somebody to name the counterexample.",
        "The question is still being asked in two senses. I let it settle.",
    ],
};
