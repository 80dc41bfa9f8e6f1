//! Reads a scenario; every complaint names the file, the line and the step.

use std::fmt;
use std::time::Duration;

use super::{Deed, Scenario, Step};
use crate::domain::yaml::{self, Node, Pair, Value, meant};
use crate::link::Role;
use crate::tui::keymap::Key;

/// The words of a step.
const DEEDS: [&str; 9] =
    ["keys", "type", "wait_for", "caption", "resize", "attach", "assert", "absent", "pause"];
/// The words of the file.
const KEYS: [&str; 4] = ["title", "size", "idle", "steps"];
/// How long `wait_for` waits unless `within` says otherwise, in seconds.
const PATIENCE: f64 = 30.0;
/// Longest pause or wait, in seconds.
const LONGEST: f64 = 600.0;
/// Longest text of a step, in characters.
const TEXT_MAX: usize = 500;

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The step, from 1; `None` outside of the steps.
    pub step: Option<usize>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(step) = self.step {
            write!(f, "step {step}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// Reads a scenario; `file` is its name, for messages.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse(file: &str, text: &str) -> Result<Scenario, Problem> {
    let problem = |line, step, message| Problem { file: file.to_owned(), line, step, message };
    let root = yaml::read(text)
        .map_err(|fault| problem(fault.mark.map_or(1, |mark| mark.line), None, fault.message))?
        .ok_or_else(|| problem(1, None, "the file is empty; give it steps".into()))?;
    let mut scenario = Scenario {
        name: file.to_owned(),
        title: String::new(),
        size: (120, 36),
        idle: None,
        steps: Vec::new(),
    };
    let entries = map(&root).map_err(|message| problem(1, None, message))?;
    for entry in entries {
        let at = |message| problem(place(entry), None, message);
        match entry.key.as_str() {
            "title" => scenario.title = entry.node.value.line(TEXT_MAX).map_err(at)?,
            "size" => scenario.size = size(&entry.node.value).map_err(at)?,
            "idle" => scenario.idle = Some(entry.node.value.number(0.1, LONGEST).map_err(at)?),
            "steps" => {
                let Value::List(list) = &entry.node.value else {
                    return Err(at("must be a list of steps".into()));
                };
                for (nth, node) in list.iter().enumerate() {
                    let line = node.mark.map_or(1, |mark| mark.line);
                    let deed = deed(node).map_err(|message| problem(line, Some(nth + 1), message))?;
                    scenario.steps.push(Step { line, deed });
                }
            }
            other => {
                return Err(at(format!("`{other}` is not known; {}", meant(other, &KEYS))));
            }
        }
    }
    if scenario.steps.is_empty() {
        return Err(problem(1, None, "there are no steps".into()));
    }
    Ok(scenario)
}

fn map(node: &Node) -> Result<&[Pair], String> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        other => Err(format!("must be a map of keys, not {}", other.kind())),
    }
}

fn place(entry: &Pair) -> usize {
    entry.mark.map_or(1, |mark| mark.line)
}

fn deed(node: &Node) -> Result<Deed, String> {
    let entries = map(node)?;
    let within = entries.iter().find(|entry| entry.key == "within");
    let deeds: Vec<_> = entries.iter().filter(|entry| entry.key != "within").collect();
    let [entry] = deeds.as_slice() else {
        return Err(format!("a step is one of {}; this one has {}", DEEDS.join(", "), deeds.len()));
    };
    if within.is_some() && entry.key != "wait_for" {
        return Err("`within` belongs to wait_for only".into());
    }
    let value = &entry.node.value;
    Ok(match entry.key.as_str() {
        "keys" => Deed::Keys(keys(value)?),
        "type" => Deed::Type(text(value)?),
        "wait_for" => {
            let seconds = within.map_or(Ok(PATIENCE), |entry| entry.node.value.number(0.1, LONGEST))?;
            Deed::WaitFor(text(value)?, Duration::from_secs_f64(seconds))
        }
        "caption" => Deed::Caption(value.line_or_empty(TEXT_MAX)?),
        "resize" => {
            let (width, height) = size(value)?;
            Deed::Resize(width, height)
        }
        "attach" => Deed::Attach(role(value)?),
        "assert" => Deed::Assert(text(value)?),
        "absent" => Deed::Absent(text(value)?),
        "pause" => Deed::Pause(Duration::from_secs_f64(value.number(0.0, LONGEST)?)),
        other => return Err(format!("`{other}` is no step; {}", meant(other, &DEEDS))),
    })
}

fn text(value: &Value) -> Result<String, String> {
    let text = match value {
        Value::Int(number) => number.to_string(),
        other => other.line(TEXT_MAX)?,
    };
    if text.is_empty() { Err("needs a text".into()) } else { Ok(text) }
}

/// `j j enter`: keys with blanks between them.
fn keys(value: &Value) -> Result<Vec<Key>, String> {
    let keys: Vec<Key> = text(value)?.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err("needs keys, such as `j j enter`".into()) } else { Ok(keys) }
}

/// `viewer` or `operator`
fn role(value: &Value) -> Result<Role, String> {
    match value.raw()? {
        "viewer" => Ok(Role::Viewer),
        "operator" => Ok(Role::Operator),
        other => Err(format!("`{other}` is no role; {}", meant(other, &["viewer", "operator"]))),
    }
}

/// `120x36`
fn size(value: &Value) -> Result<(u16, u16), String> {
    parse_size(value.raw()?)
}

/// Columns and rows, written `120x36`.
///
/// # Errors
/// What would be right.
pub fn parse_size(text: &str) -> Result<(u16, u16), String> {
    let wrong = || format!("`{text}` is no size; write columns and rows, such as 120x36 (20x5 to 500x200)");
    let (width, height) = text.trim().split_once('x').ok_or_else(wrong)?;
    let (width, height): (u16, u16) =
        (width.parse().map_err(|_| wrong())?, height.parse().map_err(|_| wrong())?);
    if (20..=500).contains(&width) && (5..=200).contains(&height) {
        Ok((width, height))
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    #[test]
    fn a_scenario_is_read() {
        let text = "title: A tour\nsize: 100x30\nidle: 2\nsteps:\n  - caption: Hello\n  - keys: j ctrl+p enter 3\n  \
                    - type: tides\n  - wait_for: Mind\n    within: 5\n  - pause: 1.5\n  - resize: 80x24\n  - absent: error\n";
        let scenario = parse("a.yaml", text).unwrap();
        assert_eq!((scenario.title.as_str(), scenario.size, scenario.idle), ("A tour", (100, 30), Some(2.0)));
        let deeds: Vec<_> = scenario.steps.iter().map(|step| (step.line, step.deed.word())).collect();
        assert_eq!(
            deeds,
            [
                (5, "caption"),
                (6, "keys"),
                (7, "type"),
                (8, "wait_for"),
                (10, "pause"),
                (11, "resize"),
                (12, "absent")
            ]
        );
        let keys = [
            Key::char('j'),
            Key { code: KeyCode::Char('p'), mods: KeyModifiers::CONTROL },
            Key::of(KeyCode::Enter),
            Key::char('3'),
        ];
        assert_eq!(scenario.steps[1].deed, Deed::Keys(keys.to_vec()));
        assert_eq!(scenario.steps[3].deed, Deed::WaitFor("Mind".into(), Duration::from_secs(5)));
    }

    #[test]
    fn complaints_name_file_line_and_step() {
        let complaint = |text: &str| parse("x.yaml", text).unwrap_err().to_string();
        let steps = |step: &str| complaint(&format!("steps:\n  - pause: 1\n  - {step}\n"));
        assert!(
            steps("keyz: j").starts_with("x.yaml:3: step 2: `keyz` is no step; "),
            "{}",
            steps("keyz: j")
        );
        assert!(steps("keys: hyper+x").starts_with("x.yaml:3: step 2: `hyper+x` is no key"));
        assert!(steps("pause: soon").starts_with("x.yaml:3: step 2: "));
        assert!(steps("attach: viewr").contains("`viewr` is no role"));
        assert!(steps("resize: 4x4").contains("such as 120x36"));
        assert!(steps("{keys: j, pause: 1}").contains("this one has 2"));
        assert!(steps("{pause: 1, within: 2}").contains("wait_for only"));
        assert!(complaint("stepz: []").starts_with("x.yaml:1: `stepz` is not known"));
        assert!(complaint("steps: []").contains("no steps"));
        assert!(complaint("").contains("empty"));
        assert!(complaint("steps: [\n").starts_with("x.yaml:"));
    }
}
