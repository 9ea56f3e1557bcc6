import { type CustomDecorator, SetMetadata } from '@nestjs/common';
import type { ApiRole } from '../../config/api-key.js';

export const ACCESS = 'skald:access';

/** Who may call a route: at least this role, or anybody (`public`: probes, and URLs that are capabilities themselves). */
export const Access = (role: ApiRole | 'public'): CustomDecorator => SetMetadata(ACCESS, role);
