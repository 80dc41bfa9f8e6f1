//! Who acts: a bot, a person or the room itself, as the id of each tells in rows, on the wire and in prompts.

use std::fmt;

/// What a person's id begins with.
const PERSON: &str = "human:";

/// An actor, read from its id.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// The room itself: the author of the opening threads, and whose calls are those that no bot makes.
    Room,
    /// A person, by the name they sign with.
    Person(&'a str),
    /// A bot, present or not, by its id.
    Bot(&'a str),
}

impl<'a> Actor<'a> {
    /// The id of the room itself.
    pub const ROOM_ID: &'static str = "system";
    /// The name the room itself is shown under; no bot and no person may bear it.
    pub const ROOM_NAME: &'static str = "System";
    /// Ids that no bot may have.
    pub const RESERVED_IDS: [&'static str; 2] = [Self::ROOM_ID, "human"];
    /// What the ids of people match, for an SQL `LIKE`.
    pub const PEOPLE: &'static str = "human:%";

    /// The actor of an id.
    #[must_use]
    pub fn of(id: &'a str) -> Self {
        match id.strip_prefix(PERSON) {
            Some(name) => Self::Person(name),
            None if id == Self::ROOM_ID => Self::Room,
            None => Self::Bot(id),
        }
    }

    /// A bot's id; `None` for the others.
    #[must_use]
    pub const fn bot(self) -> Option<&'a str> {
        match self {
            Self::Bot(id) => Some(id),
            Self::Room | Self::Person(_) => None,
        }
    }

    /// A person's name; `None` for the others.
    #[must_use]
    pub const fn person(self) -> Option<&'a str> {
        match self {
            Self::Person(name) => Some(name),
            Self::Room | Self::Bot(_) => None,
        }
    }

    /// Whether it is a person.
    #[must_use]
    pub const fn is_person(self) -> bool {
        matches!(self, Self::Person(_))
    }

    /// Whether it is the room itself.
    #[must_use]
    pub const fn is_room(self) -> bool {
        matches!(self, Self::Room)
    }
}

/// Its id.
impl fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room => f.write_str(Self::ROOM_ID),
            Self::Person(name) => write!(f, "{PERSON}{name}"),
            Self::Bot(id) => f.write_str(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_its_actor_and_back() {
        let actors = [
            ("system", Actor::Room),
            ("human:Kim", Actor::Person("Kim")),
            ("human:", Actor::Person("")),
            ("human", Actor::Bot("human")),
            ("ada_001", Actor::Bot("ada_001")),
            ("", Actor::Bot("")),
        ];
        for (id, actor) in actors {
            assert_eq!(Actor::of(id), actor);
            assert_eq!(actor.to_string(), id);
        }
        assert_eq!(Actor::PEOPLE, Actor::Person("%").to_string());
    }
}
