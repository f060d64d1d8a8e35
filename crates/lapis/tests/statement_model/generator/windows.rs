//! Functions over windows.

use std::cmp::Ordering;

use lapis::expr::{Exclude, ExprOps, Window, WindowFunction, func, named_window, window};

use super::{Entry, Generated, Generator};
use crate::datum::{Datum, Doubt, Meant, same_rows};
use crate::environment::Environment;
use crate::query::{Order, OrderTerm, compare_keys, sort};
use crate::term::{Any, Maybe, Scalar, Term, typed, with_any};

pub fn entries<T: Generated>() -> Vec<Entry<T>> {
    let mut entries: Vec<Entry<T>> = vec![
        ("lag", |g| {
            let rows = g.random.below(3);
            value_of(g, |a| func::lag(a, rows as u32), move |place| Ok(place.position.checked_sub(rows)))
        }),
        ("lead", |g| {
            let rows = g.random.below(3);
            value_of(g, |a| func::lead(a, rows as u32), move |place| Ok(Some(place.position + rows)))
        }),
        ("first_value", |g| value_of(g, func::first_value, |place| Ok(place.frame()?.first().copied()))),
        ("last_value", |g| value_of(g, func::last_value, |place| Ok(place.frame()?.last().copied()))),
        ("nth_value", |g| {
            let number = g.random.below(3) + 1;
            value_of(
                g,
                |a| func::nth_value(a, number as u32),
                move |place| Ok(place.frame()?.get(number - 1).copied()),
            )
        }),
    ];
    entries.extend([
        ("lag_or", (|g| value_or(g, false)) as fn(&mut Generator) -> Option<Term<T>>),
        ("lead_or", |g| value_or(g, true)),
    ]);
    entries.extend(super::aggregates::entries::<T>());
    entries
}

pub const INTEGERS: &[Entry<i64>] = &[
    ("row_number", |g| {
        number_of(g, func::row_number(), |place| {
            place.without_ties()?;
            Ok(Datum::Int(place.position as i64 + 1))
        })
    }),
    ("rank", |g| {
        number_of(g, func::rank(), |place| Ok(Datum::Int(place.peers(place.position)?.0 as i64 + 1)))
    }),
    ("dense_rank", |g| {
        number_of(g, func::dense_rank(), |place| Ok(Datum::Int(place.groups()?[place.position] as i64 + 1)))
    }),
    ("ntile", |g| {
        let buckets = g.random.below(4) + 1;
        number_of(g, func::ntile(buckets as u32), move |place| {
            place.without_ties()?;
            // The first buckets have one row more than the others.
            let (size, larger) = (place.rows.len() / buckets, place.rows.len() % buckets);
            let mut left = place.position;
            let mut bucket = 0;
            while left >= size + usize::from(bucket < larger) {
                left -= size + usize::from(bucket < larger);
                bucket += 1;
            }
            Ok(Datum::Int(bucket as i64 + 1))
        })
    }),
    super::aggregates::INTEGERS[0],
    super::aggregates::INTEGERS[1],
    super::aggregates::INTEGERS[6],
];

pub const FLOATS: &[Entry<f64>] = &[
    ("percent_rank", |g| {
        number_of(g, func::percent_rank(), |place| {
            let rank = place.peers(place.position)?.0 as f64;
            let others = place.rows.len() as f64 - 1.0;
            super::numbers::exact(if others == 0.0 { 0.0 } else { rank / others }).map(Datum::Float)
        })
    }),
    ("cume_dist", |g| {
        number_of(g, func::cume_dist(), |place| {
            let through = place.peers(place.position)?.1 as f64 + 1.0;
            super::numbers::exact(through / place.rows.len() as f64).map(Datum::Float)
        })
    }),
    super::aggregates::FLOATS[0],
];

/// The order of values by themselves.
pub fn ascending() -> Order {
    Order { by: OrderTerm::Item(0), descending: false, nulls_first: true }
}

#[derive(Clone, Copy)]
enum Unit {
    Rows,
    Range,
    Groups,
}

/// A window, and which of its rows make the frame.
pub struct Spec {
    partition_by: Vec<Any>,
    order_by: Vec<Order>,
    frame: Option<(Unit, Option<i64>, Option<i64>)>,
    exclude: Option<Exclude>,
}

impl Spec {
    pub fn random(g: &mut Generator) -> Self {
        let partition_by = (0..g.random.below(2)).map(|_| g.of_a_row(1, Generator::any)).collect();
        // Mostly an order without ties, which the keys of the tables give.
        let mut by: Vec<Any> = (0..g.random.below(2)).map(|_| g.of_a_row(1, Generator::any)).collect();
        if !g.one_in(4) {
            by.extend(g.key_columns());
        }
        let order_by: Vec<Order> = by
            .into_iter()
            .map(|any| Order {
                by: OrderTerm::Expression(any),
                descending: g.one_in(2),
                nulls_first: g.one_in(2),
            })
            .collect();
        let frame = match g.random.below(8) {
            0 | 1 => {
                let start = g.random.pick(&[None, Some(-2), Some(-1), Some(0)]).flatten();
                let end = g.random.pick(&[None, Some(0), Some(1)]).flatten();
                Some((Unit::Rows, start, end))
            }
            2 => Some((Unit::Range, None, g.random.pick(&[None, Some(0)]).flatten())),
            3 if !order_by.is_empty() && g.one_in(3) => Some((Unit::Groups, Some(-1), Some(0))),
            _ => None,
        };
        let exclude = match frame {
            Some(_) if g.one_in(8) => g.random.pick(&[Exclude::CurrentRow, Exclude::Group, Exclude::Ties]),
            _ => None,
        };
        Self { partition_by, order_by, frame, exclude }
    }

    /// One with an order, which MariaDB wants of functions that count or look at other rows.
    fn ordered(g: &mut Generator) -> Self {
        let mut spec = Self::random(g);
        if spec.order_by.is_empty() {
            let by = g.of_a_row(1, Generator::any);
            spec.order_by.push(Order {
                by: OrderTerm::Expression(by),
                descending: g.one_in(2),
                nulls_first: g.one_in(2),
            });
        }
        spec
    }

    /// The window, or its name, or one that is made of a named one.
    pub fn build(&self, g: &mut Generator) -> Window {
        // MariaDB 10.11 takes no WINDOW where there is no FROM.
        if !g.one_in(4) || g.scope().columns.is_empty() {
            return self.ordered_within(self.partitioned(window()));
        }
        g.note("a named window");
        let name = format!("n{}", g.new_source());
        let (named, used) = if g.one_in(2) {
            (self.ordered_within(self.partitioned(window())), named_window(name.clone()))
        } else {
            (self.partitioned(window()), self.ordered_within(named_window(name.clone())))
        };
        let scope = g.scopes.last_mut().expect("a window stands in a query");
        scope.named_windows.push((name, named));
        used
    }

    fn partitioned(&self, mut made: Window) -> Window {
        for key in &self.partition_by {
            made = with_any!(key, term => match term.expr.clone() {
                Maybe::Never(key) => made.partition_by(key),
                Maybe::Perhaps(key) => made.partition_by(key),
            });
        }
        made
    }

    fn ordered_within(&self, mut made: Window) -> Window {
        made = made.order_by(
            self.order_by
                .iter()
                .map(|order| order.build(&[], &|_| String::new()))
                .collect::<Vec<_>>(),
        );
        macro_rules! bounded {
            ($unit:ident, $start:expr, $end:expr) => {
                match ($start, $end) {
                    (None, None) => made.$unit(..),
                    (None, Some(end)) => made.$unit(..=end),
                    (Some(start), None) => made.$unit(start..),
                    (Some(start), Some(end)) => made.$unit(start..=end),
                }
            };
        }
        made = match self.frame {
            None => made,
            Some((Unit::Rows, start, end)) => bounded!(rows, start, end),
            Some((Unit::Range, start, end)) => bounded!(range, start, end),
            Some((Unit::Groups, start, end)) => bounded!(groups, start, end),
        };
        match self.exclude {
            Some(exclude) => made.exclude(exclude),
            None => made,
        }
    }

    /// The rows of the partition in order, and which of them is the current one.
    fn place(&self, environment: &Environment) -> Meant<Place<'_>> {
        let (all, current) = environment.window.clone().expect("a window function stands in a projection");
        let key_of = |row: &Environment| {
            self.partition_by.iter().map(|key| (key.meaning())(row)).collect::<Meant<Vec<_>>>()
        };
        let own = key_of(&all[current])?;
        let mut rows = Vec::new();
        for (index, row) in all.iter().enumerate() {
            if same_rows(&own, &key_of(row)?)? {
                let key = |order: &Order| match &order.by {
                    OrderTerm::Expression(any) => (any.meaning())(row),
                    OrderTerm::Item(_) => panic!("a window is ordered by expressions"),
                };
                rows.push((
                    self.order_by.iter().map(key).collect::<Meant<Vec<_>>>()?,
                    (index, row.clone()),
                ));
            }
        }
        sort(&mut rows, &self.order_by)?;
        let position = rows.iter().position(|(_, (index, _))| *index == current);
        let position = position.expect("a row is in its own partition");
        let rows = rows.into_iter().map(|(key, (_, row))| (key, row)).collect();
        Ok(Place { spec: self, rows, position })
    }

    /// The rows of the frame.
    pub fn frame_of(&self, environment: &Environment) -> Meant<Vec<Environment>> {
        let place = self.place(environment)?;
        Ok(place.frame()?.into_iter().map(|position| place.rows[position].1.clone()).collect())
    }
}

/// A row within its partition.
struct Place<'w> {
    spec: &'w Spec,
    rows: Vec<(Vec<Datum>, Environment)>,
    position: usize,
}

impl Place<'_> {
    fn are_peers(&self, left: usize, right: usize) -> Meant<bool> {
        let (left, right) = (&self.rows[left].0, &self.rows[right].0);
        Ok(compare_keys(left, right, &self.spec.order_by)? == Ordering::Equal)
    }

    /// The first and the last row that are equal to that one in the order.
    fn peers(&self, position: usize) -> Meant<(usize, usize)> {
        let (mut first, mut last) = (position, position);
        while first > 0 && self.are_peers(first - 1, position)? {
            first -= 1;
        }
        while last + 1 < self.rows.len() && self.are_peers(last + 1, position)? {
            last += 1;
        }
        Ok((first, last))
    }

    /// The number of each row's group of peers, from 0.
    fn groups(&self) -> Meant<Vec<usize>> {
        let mut groups = Vec::new();
        for position in 0..self.rows.len() {
            groups.push(match groups.last() {
                None => 0,
                Some(last) if self.are_peers(position - 1, position)? => *last,
                Some(last) => last + 1,
            });
        }
        Ok(groups)
    }

    fn without_ties(&self) -> Meant<()> {
        let groups = self.groups()?;
        if groups.windows(2).any(|pair| pair[0] == pair[1]) { Err(Doubt::Ties) } else { Ok(()) }
    }

    /// The positions of the frame's rows.
    fn frame(&self) -> Meant<Vec<usize>> {
        let last = self.rows.len() as i64 - 1;
        let here = self.position as i64;
        let (unit, start, end) = self.spec.frame.unwrap_or((Unit::Range, None, Some(0)));
        let (first_peer, last_peer) = self.peers(self.position)?;
        let groups = self.groups()?;
        let within = |position: i64| -> bool {
            match unit {
                Unit::Rows => {
                    start.is_none_or(|start| position >= here + start)
                        && end.is_none_or(|end| position <= here + end)
                }
                Unit::Range => {
                    start.is_none_or(|_| position >= first_peer as i64)
                        && end.is_none_or(|_| position <= last_peer as i64)
                }
                Unit::Groups => {
                    let distance = groups[position as usize] as i64 - groups[self.position] as i64;
                    start.is_none_or(|start| distance >= start) && end.is_none_or(|end| distance <= end)
                }
            }
        };
        if matches!(unit, Unit::Rows) && (start, end) != (None, None) {
            self.without_ties()?;
        }
        let peer = |position: usize| (first_peer..=last_peer).contains(&position);
        let excluded = |position: usize| match self.spec.exclude {
            None => false,
            Some(Exclude::CurrentRow) => position == self.position,
            Some(Exclude::Group) => peer(position),
            Some(Exclude::Ties) => peer(position) && position != self.position,
        };
        let positions = (0..=last).filter(|position| within(*position)).map(|position| position as usize);
        Ok(positions.filter(|position| !excluded(*position)).collect())
    }
}

/// A function of a row's place alone.
fn number_of<R: Scalar>(
    g: &mut Generator,
    function: WindowFunction<R>,
    value: impl Fn(&Place<'_>) -> Meant<Datum> + 'static,
) -> Option<Term<R>> {
    let mut spec = Spec::ordered(g);
    // A frame is nothing to these, and MySQL refuses what it does not have.
    (spec.frame, spec.exclude) = (None, None);
    let expr = function.over(spec.build(g));
    Some(Term::new(Maybe::Never(expr), move |environment| value(&spec.place(environment)?)))
}

/// What an expression is in another row of the window.
fn value_of<T: Generated>(
    g: &mut Generator,
    function: impl FnOnce(Maybe<T>) -> WindowFunction<Option<T>>,
    position: impl Fn(&Place<'_>) -> Meant<Option<usize>> + 'static,
) -> Option<Term<T>> {
    let argument = g.of_a_row(1, Generator::term::<T>);
    let spec = Spec::ordered(g);
    let expr = function(argument.expr.clone()).over(spec.build(g));
    let bound = argument.bound;
    let meaning = move |environment: &Environment| {
        let place = spec.place(environment)?;
        place.without_ties()?;
        match position(&place)?.and_then(|position| place.rows.get(position)) {
            Some((_, row)) => (argument.meaning)(row),
            None => Ok(Datum::Null),
        }
    };
    Some(Term::new(Maybe::Perhaps(expr), meaning).bounded(bound))
}

/// What an expression is so many rows further, and another value where there is no such row.
fn value_or<T: Generated>(g: &mut Generator, ahead: bool) -> Option<Term<T>> {
    let argument = g.of_a_row(1, Generator::term::<T>);
    let otherwise = T::literal(&mut g.random);
    let rows = g.random.below(3);
    let spec = Spec::ordered(g);
    let window = spec.build(g);
    let (value, count) = (otherwise.clone(), rows as u32);
    let expr = typed!(argument.expr.clone(), false, |x| {
        let function = if ahead { func::lead_or(x, count, value) } else { func::lag_or(x, count, value) };
        function.over(window)
    });
    let bound = argument.bound;
    let meaning = move |environment: &Environment| {
        let place = spec.place(environment)?;
        place.without_ties()?;
        let position = if ahead { Some(place.position + rows) } else { place.position.checked_sub(rows) };
        match position.and_then(|position| place.rows.get(position)) {
            Some((_, row)) => (argument.meaning)(row),
            None => Ok(otherwise.clone().into_datum()),
        }
    };
    Some(Term::new(expr, meaning).bounded(bound))
}
