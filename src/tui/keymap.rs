//! Keys: how they are written, and which action one means where.
//!
//! Default keys come from [`ACTIONS`], a person's own from `keys` in `botarium.yaml`
//! (`action id: [key, …]`). It knows no model and no terminal state.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{ACTIONS, Act, ActionDef, Scope};

/// One key with its modifiers, in the one form used everywhere.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// ctrl, alt and, for keys that are no characters, shift.
    pub mods: KeyModifiers,
}

impl Key {
    /// A character without modifiers.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self { code: KeyCode::Char(c), mods: KeyModifiers::NONE }
    }

    /// A key that is no character.
    #[must_use]
    pub const fn of(code: KeyCode) -> Self {
        Self { code, mods: KeyModifiers::NONE }
    }

    /// The event a terminal would send for it, for text inputs.
    #[must_use]
    pub const fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.mods)
    }

    /// The character it types, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.mods.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => Some(c),
            _ => None,
        }
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let mut mods = event.modifiers & known;
        let code = match event.code {
            KeyCode::BackTab => {
                mods |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            // Terminals that tell more keys apart than they did: these have always been one.
            KeyCode::Char('[') if mods == KeyModifiers::CONTROL => {
                mods = KeyModifiers::NONE;
                KeyCode::Esc
            }
            code @ (KeyCode::Esc | KeyCode::Enter | KeyCode::Backspace) => {
                mods &= KeyModifiers::ALT;
                code
            }
            KeyCode::Char(c) => {
                let c = if mods.contains(KeyModifiers::ALT | KeyModifiers::SHIFT) {
                    c.to_ascii_uppercase()
                } else {
                    c
                };
                mods -= KeyModifiers::SHIFT; // the character already says it
                let c = if mods.contains(KeyModifiers::CONTROL) { c.to_ascii_lowercase() } else { c };
                KeyCode::Char(c)
            }
            other => other,
        };
        Self { code, mods }
    }
}

/// Keys with a name, as written in the configuration.
const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("space", KeyCode::Char(' ')),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no key; write `a`, `G`, `?`, `ctrl+p`, `alt+1`, `shift+tab`, `enter`, `f5`, …"
            )
        };
        let mut mods = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((head, tail)) =
            rest.split_once('+').filter(|(head, tail)| !head.is_empty() && !tail.is_empty())
        {
            mods |= match head.to_ascii_lowercase().as_str() {
                "ctrl" | "control" => KeyModifiers::CONTROL,
                "alt" | "meta" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(wrong()),
            };
            rest = tail;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) => KeyCode::Char(c),
            _ => {
                let name = rest.to_ascii_lowercase();
                let function = name
                    .strip_prefix('f')
                    .and_then(|n| n.parse::<u8>().ok())
                    .filter(|n| (1..=24).contains(n));
                match (NAMED.iter().find(|(known, _)| *known == name), function) {
                    (Some((_, code)), _) => *code,
                    (None, Some(n)) => KeyCode::F(n),
                    (None, None) => return Err(wrong()),
                }
            }
        };
        Ok(Self::from(KeyEvent::new(code, mods)))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (flag, word) in
            [(KeyModifiers::CONTROL, "ctrl+"), (KeyModifiers::ALT, "alt+"), (KeyModifiers::SHIFT, "shift+")]
        {
            if self.mods.contains(flag) {
                f.write_str(word)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "f{n}"),
            other => write!(f, "{other:?}"),
        }
    }
}

/// Which key means what, by scope.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// For each row of [`ACTIONS`], its keys.
    keys: Vec<Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let parse = |def: &ActionDef| def.keys.iter().filter_map(|key| key.parse().ok()).collect();
        Self { keys: ACTIONS.iter().map(parse).collect() }
    }
}

impl Keymap {
    /// The defaults with a person's own keys over them: what is given replaces the action's keys.
    ///
    /// # Errors
    /// What follows the key `ui.keys`, for an unknown action, an unreadable key, or a key given to two actions of one scope.
    pub fn with(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let mut map = Self::default();
        for (id, keys) in overrides {
            let Some(at) = ACTIONS.iter().position(|def| def.id == id) else {
                let nearest = ACTIONS
                    .iter()
                    .max_by(|a, b| strsim::jaro(a.id, id).total_cmp(&strsim::jaro(b.id, id)))
                    .map_or("help", |def| def.id);
                return Err(format!("names no action `{id}`; did you mean `{nearest}`?"));
            };
            map.keys[at] = keys
                .iter()
                .map(|key| key.parse().map_err(|why| format!("binds `{id}`: {why}")))
                .collect::<Result<_, _>>()?;
        }
        map.check()?;
        Ok(map)
    }

    /// Says which two actions of one scope share a key.
    fn check(&self) -> Result<(), String> {
        for (at, def) in ACTIONS.iter().enumerate() {
            for (before, other) in
                ACTIONS[..at].iter().enumerate().filter(|(_, other)| other.scope == def.scope)
            {
                if let Some(key) = self.keys[at].iter().find(|key| self.keys[before].contains(key)) {
                    return Err(format!(
                        "gives `{key}` to both `{}` and `{}` ({})",
                        other.id,
                        def.id,
                        def.scope.title()
                    ));
                }
            }
        }
        Ok(())
    }

    /// What `key` means where `scopes` are in force, innermost first.
    #[must_use]
    pub fn find(&self, key: Key, scopes: &[Scope]) -> Option<&'static ActionDef> {
        scopes.iter().find_map(|scope| {
            ACTIONS
                .iter()
                .zip(&self.keys)
                .find(|(def, keys)| def.scope == *scope && keys.contains(&key))
                .map(|(def, _)| def)
        })
    }

    /// The keys of an action, by its id.
    #[must_use]
    pub fn keys(&self, id: &str) -> &[Key] {
        ACTIONS.iter().position(|def| def.id == id).map_or(&[], |at| &self.keys[at])
    }

    /// The first key of `act` where `scopes` are in force, if it is not taken by an inner scope.
    #[must_use]
    pub fn key_for(&self, act: Act, scopes: &[Scope]) -> Option<Key> {
        scopes.iter().find_map(|scope| {
            let (_, keys) =
                ACTIONS.iter().zip(&self.keys).find(|(def, _)| def.act == act && def.scope == *scope)?;
            keys.iter().copied().find(|key| self.find(*key, scopes).is_some_and(|def| def.act == act))
        })
    }

    /// The actions whose keys work where `scopes` are in force, innermost scope first, each with
    /// those of its keys that no inner scope takes.
    pub fn in_force<'a>(
        &'a self,
        scopes: &'a [Scope],
    ) -> impl Iterator<Item = (&'static ActionDef, Vec<Key>)> + 'a {
        scopes.iter().flat_map(move |scope| {
            ACTIONS.iter().zip(&self.keys).filter(move |(def, _)| def.scope == *scope).filter_map(
                move |(def, keys)| {
                    let keys: Vec<Key> = keys
                        .iter()
                        .copied()
                        .filter(|key| self.find(*key, scopes).is_some_and(|found| found.id == def.id))
                        .collect();
                    (!keys.is_empty()).then_some((def, keys))
                },
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overrides(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        pairs.iter().map(|(id, keys)| ((*id).into(), keys.iter().map(|k| (*k).into()).collect())).collect()
    }

    #[test]
    fn keys_that_were_always_one_stay_one() {
        let key = |code, mods| Key::from(KeyEvent::new(code, mods)).to_string();
        assert_eq!(key(KeyCode::Char('['), KeyModifiers::CONTROL), "esc");
        assert_eq!(key(KeyCode::Enter, KeyModifiers::SHIFT), "enter");
        assert_eq!(key(KeyCode::Backspace, KeyModifiers::CONTROL), "backspace");
        assert_eq!(key(KeyCode::Enter, KeyModifiers::ALT), "alt+enter");
        assert_eq!(key(KeyCode::Char('g'), KeyModifiers::ALT | KeyModifiers::SHIFT), "alt+G");
        assert_eq!(key(KeyCode::Char('Q'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), "ctrl+q");
    }

    #[test]
    fn every_default_key_can_be_read_and_none_clashes() {
        for def in ACTIONS {
            for key in def.keys {
                let parsed: Key = key.parse().unwrap();
                assert_eq!(parsed.to_string().parse::<Key>().unwrap(), parsed, "{key}");
            }
        }
        Keymap::default().check().unwrap();
    }

    #[test]
    fn keys_are_written_in_one_form() {
        for (text, shown) in [
            ("Ctrl+P", "ctrl+p"),
            ("shift+tab", "shift+tab"),
            ("+", "+"),
            ("ctrl++", "ctrl++"),
            ("F5", "f5"),
            (" ", "space"),
        ] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), shown);
        }
        assert!("hyper+x".parse::<Key>().unwrap_err().contains("hyper+x"));
        assert!("".parse::<Key>().is_err());
        let back_tab = Key::from(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT));
        assert_eq!(back_tab, "shift+tab".parse().unwrap());
        let big_g = Key::from(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT));
        assert_eq!(big_g, "G".parse().unwrap());
    }

    #[test]
    fn own_keys_replace_the_defaults() {
        let map = Keymap::with(&overrides(&[("quit", &["ctrl+q"])])).unwrap();
        assert!(map.find(Key::char('q'), &[Scope::Global]).is_none());
        assert_eq!(map.find("ctrl+q".parse().unwrap(), &[Scope::Global]).unwrap().act, Act::Quit);
    }

    #[test]
    fn a_clash_names_both_actions() {
        let why = Keymap::with(&overrides(&[("redraw", &["q"])])).unwrap_err();
        assert!(why.contains("`q`") && why.contains("`redraw`") && why.contains("`quit`"), "{why}");
        let why = Keymap::with(&overrides(&[("zom", &["q"])])).unwrap_err();
        assert!(why.contains("`zoom`"), "{why}");
    }

    #[test]
    fn the_innermost_scope_wins() {
        let map = Keymap::default();
        let scopes = [Scope::Mind, Scope::Live, Scope::Global];
        let esc = Key::of(KeyCode::Esc);
        assert_eq!(map.find(esc, &scopes).unwrap().act, Act::DiscardMind);
        assert_eq!(map.find(esc, &scopes[1..]).unwrap().act, Act::Back);
        assert!(map.in_force(&scopes).all(|(def, _)| def.id != "back"));
        assert_eq!(map.key_for(Act::Back, &scopes), None);
        // Digits choose panes wherever one is.
        assert_eq!(map.find(Key::char('1'), &scopes).unwrap().act, Act::Pane1);
        assert_eq!(map.key_for(Act::Zoom, &scopes), Some(Key::char('z')));
    }
}
