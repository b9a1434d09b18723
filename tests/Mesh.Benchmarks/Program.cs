return Mesh.Benchmarks.Figures.Run(args);
