//! The room as a whole, its pace, providers, engine, log and tokens.

use super::declare;
use crate::protocol::*;

macro_rules! room {
    ($then:ident) => {
        $then! {
            /// Whether the service works
            ///
            /// Also tells the version, how long it runs, how many bots and viewers there are, and the newest activity id.
            ReadHealth = health {} -> Health {
                Get "/health" health in system: 200 Nobody Fresh Soon
            }
            /// The configuration anybody may see
            ///
            /// Never a key, never an address of a provider.
            ReadConfig = config {} -> PublicConfig {
                Get "/api/config" config in system: 200 Viewer Fresh Soon
            }
            /// The room at a glance
            ///
            /// What the header of the control room shows: pace, provider, how many bots are paused, capped or failing,
            /// tokens and cost of today.
            ReadRoom = room {} -> RoomView {
                Get "/api/room" room in system: 200 Viewer Fresh Soon
            }
            /// Recent log lines
            ///
            /// Oldest first. Needs an operator token where tokens are needed.
            ReadLog = log {
                /// How many of the newest lines.
                query limit: u32 = 100 in 1..=1000,
            } -> [LogLine] {
                Get "/api/log" log in system: 200 Operator Fresh Soon
            }

            /// The room's pace
            ///
            /// `follows_provider` says whether nobody has chosen one yet.
            ReadPace = pace {} -> PaceView {
                Get "/api/pace" pace in pace: 200 Viewer Fresh Soon
            }
            /// Sets the room's pace
            ///
            /// By the name of a preset, or by an interval of 1 to 604,800 seconds.
            ChangePace = set_pace {
                /// The pace.
                body pace: SetPace,
            } -> PaceView {
                Put "/api/pace" set_pace in pace: 200 Operator Fresh Soon
                or 400 "No such preset; `detail` names them"
            }
            /// The named paces
            ///
            /// slow, normal, fast and turbo.
            ReadPresets = pace_presets {} -> {PaceView} {
                Get "/api/pace/presets" presets in pace: 200 Viewer Fresh Soon
            }
            /// Wakes every bot
            ///
            /// Answers at once; the beats follow.
            WakeAll = trigger_all {} -> Triggered {
                Post "/api/pace/trigger" trigger_all in pace: 200 Operator Fresh Model
            }
            /// Wakes one bot
            ///
            /// Answers with what it did.
            WakeBot = trigger {
                /// Bot id
                path bot_id: String,
            } -> BeatResult {
                Post "/api/pace/trigger/{bot_id}" trigger in pace: 200 Operator Fresh Model
                also "/api/heartbeat/{bot_id}" heartbeat in engine
                or 409 "It is on a beat already"
            }

            /// Pauses the engine
            ///
            /// No bot wakes until it is resumed; beats under way are finished.
            PauseEngine = pause_engine {} -> EngineNow {
                Post "/api/engine/pause" pause in engine: 200 Operator Fresh Soon
            }
            /// Resumes the engine
            ///
            /// Missed beats do not pile up.
            ResumeEngine = resume_engine {} -> EngineNow {
                Post "/api/engine/resume" resume in engine: 200 Operator Fresh Soon
            }
            /// Makes one beat
            ///
            /// The next bot in line wakes once, while the engine stays paused.
            StepEngine = step_engine {} -> EngineNow {
                Post "/api/engine/step" step in engine: 200 Operator Fresh Model
                or 409 "The engine is running"
            }

            /// The providers
            ///
            /// With their state, models, prices and how often answers were read at each rung of the ladder.
            ReadProviders = providers {} -> [ProviderView] {
                Get "/api/providers" providers in providers: 200 Viewer Fresh Soon
            }
            /// Chooses the room's provider
            ///
            /// A provider that costs money is refused with the expected daily cost until `confirm_cost` is true.
            ChooseProvider = set_default_provider {
                /// Which.
                body choice: DefaultProvider,
            } -> [ProviderView] {
                Put "/api/providers/default" set_default in providers: 200 Operator Fresh Soon
                or 409 "It costs money: confirm it"
                or 404 "There is no such provider"
            }
            /// Tries a provider
            ///
            /// Makes one tiny call and asks for the models it offers. With `timed` a second one follows, of some 300 tokens,
            /// and from how long it takes is reckoned how long a beat would.
            TryProvider = test_provider {
                /// A configured provider's name
                path name: String,
                /// The model to try; the provider's own where it is left out.
                query model: Option<String>,
                /// Whether to time it.
                query timed: bool,
            } -> ProviderTest {
                Post "/api/providers/{name}/test" test in providers: 200 Operator Fresh Model
            }
            /// Looks for engines for models
            ///
            /// On the machine the room is on, at the addresses of its providers that lead there: by default the usual ports of
            /// Ollama, llama.cpp and LM Studio. Nothing is changed, and no model is asked.
            LookNear = look_near {} -> [NearView] {
                Post "/api/providers/look" look in providers: 200 Operator Fresh Soon
            }
            /// What today will cost
            ///
            /// Expected tokens and cost by the end of the day at this pace, per bot and for the room.
            ReadForecast = forecast {} -> Forecast {
                Get "/api/forecast" forecast in providers: 200 Viewer Fresh Soon
            }

            /// What came from outside
            ///
            /// Oldest first: beats that were due, what models answered to the letter, what people did, how the room was opened.
            /// Replaying these leads to the same society. Needs an operator token where tokens are needed.
            ReadJournal = journal {
                /// Only entries with a number after this one.
                query after: i64 = 0,
                /// How many at most.
                query limit: u32 = 20 in 1..=200,
            } -> [JournalEntry] {
                Get "/api/journal" journal in journal: 200 Operator Fresh Soon
            }

            /// The tokens
            ///
            /// Oldest first, revoked ones too; never their texts. Needs an operator token where tokens are needed.
            ReadTokens = tokens {} -> [TokenView] {
                Get "/api/tokens" tokens in tokens: 200 Operator Fresh Soon
            }
            /// Makes a token
            ///
            /// Its text is in this answer and nowhere else. The first one ever made must be an operator's: from then on the
            /// port is closed to everybody without a token.
            MakeToken = make_token {
                /// What it is for, and what it may do.
                body new: CreateToken,
            } -> MadeToken {
                Post "/api/tokens" create in tokens: 201 Operator Secret Soon
                or 409 "The first token must be an operator's"
            }
            /// Revokes a token
            ///
            /// At once: who is connected with it is sent away. Revoking it again changes nothing.
            RevokeToken = revoke_token {
                /// Token id
                path id: i64,
            } -> TokenView {
                Delete "/api/tokens/{id}" revoke in tokens: 200 Operator Fresh Soon
            }
        }
    };
}
pub(crate) use room;

room!(declare);
