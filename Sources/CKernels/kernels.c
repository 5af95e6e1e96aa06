#include "CKernels.h"
int sh_kernels_placeholder(void){return 1;}
