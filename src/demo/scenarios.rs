//! The scenarios inside the program: the files of `examples/scenarios/`.

/// Name and text of each.
pub const ALL: [(&str, &str); 7] = [
    ("tour", include_str!("../../examples/scenarios/tour.yaml")),
    ("teaser", include_str!("../../examples/scenarios/teaser.yaml")),
    ("personality", include_str!("../../examples/scenarios/personality.yaml")),
    ("budgets", include_str!("../../examples/scenarios/budgets.yaml")),
    ("memory_and_why", include_str!("../../examples/scenarios/memory_and_why.yaml")),
    ("past", include_str!("../../examples/scenarios/past.yaml")),
    ("attach", include_str!("../../examples/scenarios/attach.yaml")),
];

/// What is done before a picture is drawn: a minute passes.
pub const PICTURE: &str = "steps:\n  - pause: 40\n  - keys: 2\n  - pause: 2\n";

/// The text of a scenario by its name.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Every name, for messages.
#[must_use]
pub fn names() -> String {
    ALL.map(|(name, _)| name).join(", ")
}
