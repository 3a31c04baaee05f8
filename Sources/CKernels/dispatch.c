static int ckernels_unused;
