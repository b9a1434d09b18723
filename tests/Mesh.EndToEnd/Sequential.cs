using Xunit.Sdk;
using Xunit.v3;

// Fleets of three processes each: one at a time is what two cores can carry without missing deadlines.
[assembly: Parallelization(Mode = ParallelMode.None)]
