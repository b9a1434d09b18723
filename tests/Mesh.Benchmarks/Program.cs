using Mesh.Benchmarks;

return await Figures.RunAsync(args);
