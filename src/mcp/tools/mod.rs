//! The table of tools, and the one place where a call is checked and handed on.

mod act;
mod look;
mod past;
mod search;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use rmcp::model::ToolAnnotations;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use look::{one_of_many, profile, thread};

use super::door::Door;
use super::schema;
use crate::domain::text;
use crate::link::Link;
use crate::protocol::{Fault, FaultKind, Role};

/// What may be done with a society, and how.
type Run =
    Box<dyn Fn(Arc<dyn Door>, Map<String, Value>) -> BoxFuture<'static, Result<Value, Fault>> + Send + Sync>;

/// One tool.
pub struct Tool {
    /// What it is called by.
    pub name: &'static str,
    title: &'static str,
    description: &'static str,
    effect: Effect,
    schema: Map<String, Value>,
    run: Run,
}

/// What a tool does to the society, as clients are told before they ask a person.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Effect {
    /// Looks.
    Looks,
    /// Changes something; done again it changes nothing more.
    Sets,
    /// Adds something each time.
    Adds,
}

/// Every tool, in the order in which they are shown.
pub fn all() -> Vec<Tool> {
    let mut tools = look::tools();
    tools.extend(search::tools());
    tools.extend(act::tools());
    tools.extend(past::tools());
    tools
}

impl Tool {
    /// A tool that looks through a link.
    fn looks<A, F>(
        names: (&'static str, &'static str),
        description: &'static str,
        run: fn(Link, A) -> F,
    ) -> Self
    where
        A: DeserializeOwned + ToSchema + Send + 'static,
        F: Future<Output = Result<Value, Fault>> + Send + 'static,
    {
        let through =
            move |door: Arc<dyn Door>, arguments| async move { run(door.reading().await?, arguments).await };
        Self::at_home(names, Effect::Looks, description, through)
    }

    /// A tool that acts through a link.
    fn acts<A, F>(
        names: (&'static str, &'static str),
        effect: Effect,
        description: &'static str,
        run: fn(Link, A) -> F,
    ) -> Self
    where
        A: DeserializeOwned + ToSchema + Send + 'static,
        F: Future<Output = Result<Value, Fault>> + Send + 'static,
    {
        let through = move |door: Arc<dyn Door>, arguments| async move {
            let held = door.acting().await?;
            let done = match held.link.role() {
                Role::Operator => run(held.link.clone(), arguments).await,
                Role::Viewer => Err(only_looks(names.0)),
            };
            held.close().await?;
            done
        };
        Self::at_home(names, effect, description, through)
    }

    /// A tool that needs the home itself, or opens a link its own way.
    fn at_home<A, F>(
        (name, title): (&'static str, &'static str),
        effect: Effect,
        description: &'static str,
        run: impl Fn(Arc<dyn Door>, A) -> F + Copy + Send + Sync + 'static,
    ) -> Self
    where
        A: DeserializeOwned + ToSchema + Send + 'static,
        F: Future<Output = Result<Value, Fault>> + Send + 'static,
    {
        let run: Run =
            Box::new(move |door, arguments| Box::pin(async move { run(door, read(arguments)?).await }));
        Self { name, title, description, effect, schema: schema::plain(schema::of::<A>()), run }
    }

    /// The same tool with the bounds of an argument as they are declared elsewhere. What is said of the argument here
    /// stands.
    fn with(mut self, argument: &str, mut declaration: Value) -> Self {
        if let Some(here) = self.schema.get_mut("properties").and_then(|all| all.get_mut(argument)) {
            if let Some(said) = here.get_mut("description") {
                declaration["description"] = said.take();
            }
            *here = declaration;
        }
        self
    }

    /// As clients are told of it.
    pub fn declared(&self) -> rmcp::model::Tool {
        let annotations = ToolAnnotations::from_raw(
            Some(self.title.into()),
            Some(self.effect == Effect::Looks),
            (self.effect != Effect::Looks).then_some(false), // nothing that was said or done is lost by any of them
            Some(self.effect != Effect::Adds),
            Some(false),
        );
        rmcp::model::Tool::new(self.name, self.description, self.schema.clone())
            .with_title(self.title)
            .with_annotations(annotations)
    }

    /// Calls it, where whoever calls may.
    ///
    /// # Errors
    /// It acts and whoever calls may only look; an argument that does not fit; what the society says.
    pub async fn call(&self, door: Arc<dyn Door>, arguments: Map<String, Value>) -> Result<Value, Fault> {
        if self.effect != Effect::Looks && !door.may_act() {
            return Err(only_looks(self.name));
        }
        let known = self.schema.get("properties").and_then(Value::as_object);
        if let Some(odd) = arguments.keys().find(|key| known.is_none_or(|known| !known.contains_key(*key))) {
            let there: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
            let odd = text::clean_line(odd, 60);
            return Err(Fault::invalid_field(
                &odd,
                format!("is no argument of {}; there are: {}", self.name, there.join(", ")),
            ));
        }
        (self.run)(door, arguments).await
    }
}

fn only_looks(tool: &str) -> Fault {
    let why = format!(
        "`{tool}` acts, and this connection may only look: it was given a viewer's token or --read-only. Acting needs \
         an operator's token (botarium token new NAME --role operator) in BOTARIUM_TOKEN"
    );
    Fault::new(FaultKind::Forbidden, why)
}

/// The arguments of a call.
fn read<A: DeserializeOwned>(arguments: Map<String, Value>) -> Result<A, Fault> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let field = text::clean_line(&error.path().to_string(), 100);
        let why = text::clean_line(&error.inner().to_string(), 300);
        if field == "." { Fault::bad_value(why) } else { Fault::invalid_field(&field, why) }
    })
}

/// A number of things from `least` to `most`; what is out of range is refused, never cut.
fn within(field: &str, value: Option<u32>, default: u32, most: u32) -> Result<u32, Fault> {
    match value {
        None => Ok(default),
        Some(value) if (1..=most).contains(&value) => Ok(value),
        Some(value) => Err(Fault::invalid_field(field, format!("{value} is out of range; 1 to {most}"))),
    }
}
